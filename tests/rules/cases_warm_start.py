"""Requests that break one rule in what their parent's description tells (R17, R27 to R31)."""

from __future__ import annotations

from rule_requests import (
    C,
    D,
    Json,
    channel,
    continuous,
    image,
    merged,
    parent,
    ranges,
    request,
    s3,
    to_come,
    warm,
    xgboost,
)

IDENTICAL = warm("IdenticalDataAndAlgorithm")
PARENT = {"HyperParameterTuningJobName": "parent"}
RATE = ranges(Continuous=[continuous("rate")])
SAME_DATA = {"InputDataConfig": [channel("train")]}
WARM_STARTS: dict[str, tuple[Json, Json, str, str, str]] = {
    "R17: parents count too": (
        request({"ResourceLimits": {"MaxNumberOfTrainingJobs": 750}}, **warm()),
        parent(),
        f"{C}.ResourceLimits.MaxNumberOfTrainingJobs",
        "750 jobs and 4 of the parents: the service runs at most 750",
        "lower jobs to 746",
    ),
    "R27: not ended": (
        request(**warm()),
        parent(HyperParameterTuningJobStatus="InProgress"),
        "WarmStartConfig.ParentHyperParameterTuningJobs[0]",
        "parent 'parent' is InProgress: a parent has ended",
        "wait for it, or stop it: smtune stop parent",
    ),
    "R27: too old": (
        request(**warm()),
        parent(CreationTime="2018-09-30T23:59:59Z"),
        "WarmStartConfig.ParentHyperParameterTuningJobs[0]",
        "parent 'parent' was created on 2018-09-30, before 2018-10-01",
        "take a newer job",
    ),
    "R27-grandparents": (
        request(**warm()),
        parent(**warm("TransferLearning", "grandparent")),
        "WarmStartConfig.ParentHyperParameterTuningJobs[0]",
        "parent 'parent' learned from grandparent, which this job will not read",
        "add grandparent to the parents",
    ),
    "R28": (
        request(**warm()),
        parent({"HyperParameterTuningJobObjective": {"Type": "Minimize"}}),
        f"{C}.HyperParameterTuningJobObjective",
        "the objective is not that of parent 'parent': minimize: m",
        "write objective: {minimize: m}",
    ),
    "R28: one more": (
        request(None, {"StaticHyperParameters": {"y": "1"}}, **warm()),
        parent(),
        f"{D}.StaticHyperParameters.y",
        "parent 'parent' has no 'y'",
        "remove it",
    ),
    "R28: one less": (
        request(**warm()),
        parent(None, {"StaticHyperParameters": {"y": "1", "_tuning_objective_metric": "m"}}),
        "WarmStartConfig.ParentHyperParameterTuningJobs[0]",
        "parent 'parent' has y, and this job does not",
        "add them with a value or a range",
    ),
    "R28: another kind": (
        request(ranges(Integer=[continuous(low="1", high="9")]), **warm()),
        parent(),
        f"{C}.ParameterRanges.IntegerParameterRanges[0]",
        "'x' is integer here and continuous in parent 'parent'",
        "give it a range of the parent's kind, continuous",
    ),
    "R28-changes": (
        request(None, {"StaticHyperParameters": {f"s{number}": "2" for number in range(11)}}, **warm()),
        parent(None, {"StaticHyperParameters": {f"s{number}": "1" for number in range(11)}}),
        "WarmStartConfig.ParentHyperParameterTuningJobs[0]",
        "11 hyperparameters have another value than in 'parent'; 10 may",
        "keep the parent's values for the others",
    ),
    "R29": (
        request(None, SAME_DATA, **warm("IdenticalDataAndAlgorithm")),
        parent(None, {"InputDataConfig": [channel("train", S3DataSource={"S3DataType": "S3Prefix", "S3Uri": "s3://b"})]}),
        f"{D}.InputDataConfig",
        "the data is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: another image": (
        request(**warm("IdenticalDataAndAlgorithm")),
        parent(None, {"AlgorithmSpecification": {"TrainingImage": "mine:2"}}),
        f"{D}.AlgorithmSpecification",
        "the image is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: another version": (
        merged(xgboost() | IDENTICAL, image("683313688378", "us-east-1", "sagemaker-xgboost:1.5-1")),
        xgboost() | PARENT,
        f"{D}.AlgorithmSpecification",
        "the image is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: another processor": (
        merged(request(RATE, **IDENTICAL), image("763104351884", "us-east-1", "pytorch-training:2.8.0-gpu-py312")),
        merged(parent(RATE), image("763104351884", "us-east-1", "pytorch-training:2.8.0-cpu-py312")),
        f"{D}.AlgorithmSpecification",
        "the image is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: one's own image elsewhere": (
        merged(request(**IDENTICAL), image("123456789012", "us-east-1", "mine:1")),
        merged(parent(), image("123456789012", "eu-west-1", "mine:1")),
        f"{D}.AlgorithmSpecification",
        "the image is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: another compression": (
        request(None, {"InputDataConfig": [channel("train") | {"CompressionType": "Gzip"}]}, **IDENTICAL),
        parent(None, SAME_DATA),
        f"{D}.InputDataConfig",
        "the data is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: one channel more, to be uploaded": (
        request(None, {"InputDataConfig": [channel("train"), to_come("validation")]}, **IDENTICAL),
        parent(None, SAME_DATA),
        f"{D}.InputDataConfig",
        "the data is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R29: a channel beside one to be uploaded": (
        request(None, {"InputDataConfig": [to_come("train"), channel("extra")]}, **IDENTICAL),
        parent(None, {"InputDataConfig": [channel("train"), s3("extra", "s3://b")]}),
        f"{D}.InputDataConfig",
        "the data is not that of parent 'parent'",
        "keep it, or write type: transfer",
    ),
    "R30": (
        request(**warm()),
        parent(None, {"AlgorithmSpecification": {"TrainingImage": "yours@sha256:0"}}),
        f"{D}.AlgorithmSpecification",
        "the image is 'mine', that of parent 'parent' is 'yours'",
        "use another version of the same image",
    ),
    "R31": (
        request(None, {"EnableNetworkIsolation": True}, **warm()),
        parent(),
        f"{D}.EnableNetworkIsolation",
        "EnableNetworkIsolation is not that of parent 'parent', and a warm start may not change it",
        "keep what the parent has",
    ),
}  # fmt: skip

"""The rule (and what breaks it) -> the request, its parent's description, the place, the message, the fix."""
