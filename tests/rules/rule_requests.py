"""Requests that break no rule, and how to change them."""

from __future__ import annotations

import copy
from typing import Any

from smtune.request.site import Site

ROLE = "arn:aws:iam::123456789012:role/training"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
NEWER_XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
LINEAR_LEARNER = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
KNN = "382416733822.dkr.ecr.us-east-1.amazonaws.com/knn:1"
SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"

Json = dict[str, Any]


def continuous(name: str = "x", low: str = "0.1", high: str = "0.9", **more: str) -> Json:
    return {"Name": name, "MinValue": low, "MaxValue": high, **more}


def merged(target: Any, patch: Any) -> Any:
    """`target` with `patch` in it: mappings merge, None removes, anything else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def definition(**patch: Any) -> Json:
    """A training job definition with an image of one's own."""
    whole = {
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "m", "Regex": "m=(\\S+)"}],
        },
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    result: Json = merged(whole, patch)
    return result


def request(config: Json | None = None, part: Json | None = None, **top: Any) -> Json:
    """A request with one definition; `config` and `part` change the job's config and the definition."""
    whole = {
        "HyperParameterTuningJobName": "job",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "m"},
            "ParameterRanges": {"ContinuousParameterRanges": [continuous()]},
        },
        "TrainingJobDefinition": definition(),
    }
    patch = {"HyperParameterTuningJobConfig": config or {}, "TrainingJobDefinition": part or {}, **top}
    result: Json = merged(whole, patch)
    return result


def ranges(**lists: Any) -> Json:
    """A config patch that replaces the ranges, as in ranges(Integer=[...])."""
    return {
        "ParameterRanges": {"ContinuousParameterRanges": None}
        | {f"{kind}ParameterRanges": items for kind, items in lists.items()}
    }


def named(name: str, **patch: Any) -> Json:
    """A definition of several."""
    own = {
        "DefinitionName": name,
        "TuningObjective": {"Type": "Maximize", "MetricName": "m"},
        "HyperParameterRanges": {"ContinuousParameterRanges": [continuous()]},
    }
    return definition(**merged(own, patch))


def several(*definitions: Json, config: Json | None = None, **top: Any) -> Json:
    """A request with a list of definitions: two, unless some are given."""
    listed = list(definitions) or [named("one"), named("two")]
    moved = {"HyperParameterTuningJobObjective": None, "ParameterRanges": None, **(config or {})}
    return request(moved, **{**top, "TrainingJobDefinition": None, "TrainingJobDefinitions": listed})


def grid(**patch: Any) -> Json:
    """A config patch for a grid of four."""
    choices = [{"Name": "x", "Values": ["1", "2"]}, {"Name": "y", "Values": ["a", "b"]}]
    result: Json = merged({"Strategy": "Grid", **ranges(Categorical=choices)}, patch)
    return result


def hyperband(**patch: Any) -> Json:
    """A config patch for Hyperband with its resources."""
    whole = {
        "Strategy": "Hyperband",
        "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}},
    }
    result: Json = merged(whole, patch)
    return result


def xgboost(static: Json | None = None, objective: Json | None = None, **lists: Any) -> Json:
    """A request for the built-in XGBoost."""
    config = ranges(**(lists or {"Continuous": [continuous("eta")]}))
    config["HyperParameterTuningJobObjective"] = objective or {"Type": "Maximize", "MetricName": "validation:auc"}
    given = merged({"objective": "binary:logistic", "num_round": "10"}, static or {})
    part = {
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "MetricDefinitions": None},
        "StaticHyperParameters": given,
    }
    return request(config, part)


def builtin(image: str, static: Json, metric: str, *, config: Json | None = None) -> Json:
    """A request for another built-in algorithm, which maximizes `metric`."""
    objective = {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": metric}}
    part = {
        "AlgorithmSpecification": {"TrainingImage": image, "MetricDefinitions": None},
        "StaticHyperParameters": static,
    }
    return request(objective | (config or {}), part)


def warm(kind: str = "TransferLearning", *parents: str) -> Json:
    """A request member that starts from these parents."""
    listed = [{"HyperParameterTuningJobName": name} for name in parents or ("parent",)]
    return {"WarmStartConfig": {"WarmStartType": kind, "ParentHyperParameterTuningJobs": listed}}


def parent(config: Json | None = None, part: Json | None = None, **top: Any) -> Json:
    """The description of a job that a warm start can begin from."""
    described = {
        "HyperParameterTuningJobName": "parent",
        "HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/parent",
        "HyperParameterTuningJobStatus": "Completed",
        "CreationTime": "2026-10-01T12:00:00+00:00",
        "TrainingJobStatusCounters": {"Completed": 4, "InProgress": 0},
        **top,
    }
    return request(config, part, **described)


# One change each

C = "HyperParameterTuningJobConfig"
D = "TrainingJobDefinition"
KNN_STATIC = {"k": "5", "feature_dim": "4", "predictor_type": "classifier", "sample_size": "100"}
TUNE_K = ranges(Integer=[continuous("k", "1", "9")])
SCRIPT_MODE = {
    C: {"HyperParameterTuningJobObjective": {"MetricName": "m"}},
    D: {
        "AlgorithmSpecification": {"MetricDefinitions": [{"Name": "m", "Regex": "m=(\\S+)"}]},
        "StaticHyperParameters": {"sagemaker_program": "train.py"},
    },
}
"""A patch that makes a built-in algorithm's image run a script, with metrics of its own."""
FLEXIBLE = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}


def many(count: int) -> list[Json]:
    return [{"Name": f"y{number}", "Values": ["a", "b"]} for number in range(count)]


def config(**patch: Any) -> Json:
    return request(patch)


def part(**patch: Any) -> Json:
    return request(None, patch)


def metrics(*regexes: str) -> Json:
    defined = [{"Name": "m" if number == 0 else f"m{number}", "Regex": regex} for number, regex in enumerate(regexes)]
    return part(AlgorithmSpecification={"MetricDefinitions": defined})


def tuned(**lists: Any) -> Json:
    return request(ranges(**lists))


def resources(**patch: Any) -> Json:
    return part(ResourceConfig=patch)


def flexible(**patch: Any) -> Json:
    return part(ResourceConfig=None, HyperParameterTuningResourceConfig=patch)


def channels(*given: Json) -> Json:
    return part(InputDataConfig=list(given))


def channel(name: str, **source: Any) -> Json:
    s3 = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}}
    return {"ChannelName": name, "DataSource": source or s3}


def s3(name: str, uri: str, **more: Any) -> Json:
    """A channel whose data lies there."""
    return channel(name, S3DataSource={"S3DataType": "S3Prefix", "S3Uri": uri, **more})


def to_come(name: str, region: str = "us-east-1") -> Json:
    """A channel as a spec has it whose data is not uploaded yet."""
    return s3(name, f"{Site(region).prefix('job')}/data/{name}")


def image(account: str, region: str, name: str) -> Json:
    """A request patch with an image of a registry."""
    uri = f"{account}.dkr.ecr.{region}.amazonaws.com/{name}"
    return {D: {"AlgorithmSpecification": {"TrainingImage": uri}}}


def choice(*values: str) -> list[Json]:
    return [{"Name": "x", "Values": list(values)}]
