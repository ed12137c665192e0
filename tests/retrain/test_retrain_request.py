"""A repeat is its original but for name, seed and checkpoints."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.errors import UsageError
from smtune.retrain.request import original_of, repeat_name, repeat_request, repeated, request_of
from smtune.service_model import shapes

METRICS = [{"Name": "loss", "Regex": "loss=(.*)"}]
ORIGINAL: dict[str, Any] = {
    "TrainingJobName": "tune-001-abcdef12",
    "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tune-001-abcdef12",
    "TuningJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:hyper-parameter-tuning-job/tune",
    "TrainingJobStatus": "Completed",
    "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.1}],
    "HyperParameters": {"seed": "1", "eta": "0.1", "_tuning_objective_metric": "loss", "_kfold": "5"},
    "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File", "MetricDefinitions": METRICS},
    "RoleArn": "arn:aws:iam::111122223333:role/r",
    "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/x"}}}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/out", "KmsKeyId": ""},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "SelectedInstanceType": "ml.m5.large"},
    "VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
    "CheckpointConfig": {"S3Uri": "s3://b/checkpoints/", "LocalPath": "/opt/ml/checkpoints"},
    "EnableManagedSpotTraining": True,
    "EnableNetworkIsolation": False,
    "Environment": {"TOKEN": "hush"},
    "RetryStrategy": {"MaximumRetryAttempts": 2},
    "DebugHookConfig": None,
    "ProfilerRuleConfigurations": [],
}
DEFINITION = {"AlgorithmSpecification": {"TrainingImage": "i", "MetricDefinitions": METRICS}}
ARN = ORIGINAL["TuningJobArn"]


def test_everything_that_was_asked_for_is_asked_for_again() -> None:
    tags = [{"Key": "team", "Value": "red"}, {"Key": "aws:x", "Value": "y"}, {"Key": "smtune:local:z", "Value": "y"}]
    request = repeat_request(request_of(ORIGINAL, DEFINITION, tags), "again", ("seed", 7))
    assert request == {
        "TrainingJobName": "again",
        "HyperParameters": {**ORIGINAL["HyperParameters"], "seed": "7"},
        "CheckpointConfig": {"S3Uri": "s3://b/checkpoints/again", "LocalPath": "/opt/ml/checkpoints"},
        "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "Tags": [{"Key": "team", "Value": "red"}],
        **{
            member: ORIGINAL[member]
            for member in (
                "AlgorithmSpecification",
                "RoleArn",
                "InputDataConfig",
                "VpcConfig",
                "StoppingCondition",
                "EnableManagedSpotTraining",
                "EnableNetworkIsolation",
                "Environment",
                "RetryStrategy",
            )
        },
    }
    assert set(request) <= set(shapes()["CreateTrainingJobRequest"]["members"])


def test_an_algorithm_with_metrics_of_its_own_is_given_none() -> None:
    own = {"AlgorithmSpecification": {"TrainingImage": "i"}}
    assert "MetricDefinitions" not in request_of(ORIGINAL, own)["AlgorithmSpecification"]


def test_what_the_answer_leaves_out_is_the_tuning_jobs() -> None:
    silent = {key: value for key, value in ORIGINAL.items() if key != "VpcConfig"}
    assert request_of(silent, {**DEFINITION, "VpcConfig": {"Subnets": ["t"]}})["VpcConfig"] == {"Subnets": ["t"]}
    assert "DefinitionName" not in request_of(silent, {**DEFINITION, "DefinitionName": "first"})


def test_without_a_seed_only_the_name_differs() -> None:
    base = request_of({key: value for key, value in ORIGINAL.items() if key != "CheckpointConfig"}, DEFINITION)
    assert repeat_request(base, "again", None) == {**base, "TrainingJobName": "again"}


def test_of_a_deleted_record_the_tuning_job_knows_the_request() -> None:
    definition = {**DEFINITION, "StaticHyperParameters": {"seed": "1"}, "ResourceConfig": ORIGINAL["ResourceConfig"]}
    made = request_of(original_of(definition, "t", {"eta": "0.2"}, "loss"), definition)
    assert made["HyperParameters"] == {"seed": "1", "eta": "0.2", "_tuning_objective_metric": "loss"}
    with pytest.raises(UsageError, match="does not say which instances"):
        original_of(DEFINITION, "t", {}, "loss")


def test_a_name_stands_for_the_repeat() -> None:
    names = {
        repeat_name("v", original, number, [place, original, seed, number])
        for place in (ARN, "other")
        for original in ("a" * 63, "tune-001-abcdef12")
        for seed in (None, ("seed", 1), ("seed", 2))
        for number in (1, 2, 3)
    }
    assert len(names) == 2 * 2 * 3 * 3
    assert all(len(name) <= 63 for name in names)
    assert all(repeated("v", name, ["a" * 63, "tune-001-abcdef12"]) for name in names)
    assert not repeated("v", "tune-001-abcdef12", ["tune-001-abcdef12"])
    assert not repeated("v", "other-v01-0123456789", ["tune-001-abcdef12"])
    assert not repeated("c", "tune-001-abcdef12-v01-0123456789", ["tune-001-abcdef12"]), "another's mark"
