"""Where a part of a request comes from: the key of the spec to blame, as exactly as the file says it."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.errors import dotted
from smtune.request import to_request
from smtune.request.origin import origin
from smtune.spec import load_document

ONE = r"""
name: a
algorithm: {image: i}
objective: {maximize: m}
metrics: {m: 'm=(\S+)', n: 'n=(\S+)'}
hyperparameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}, fixed: 1}
limits: {jobs: 4}
hyperband: {max_resource: 9}
warm_start: {type: identical, parents: [p, q]}
data: {channels: {train: s3://b/t, other: {uri: s3://b/o, content_type: text/csv}}}
compute: {count: 2, spot: true}
environment: {A: '1'}
security: {subnets: [s]}
role: r
tags: {team: ml}
raw:
  TrainingJobDefinition:
    InputDataConfig: {train: {ShuffleConfig: {Seed: 1}}}
    ResourceConfig: {InstanceGroups: [{InstanceType: x}]}
    StoppingCondition: {MaxRuntimeInSeconds: 5}
"""
SEVERAL = """
name: a
objective: {maximize: m}
compute: {count: 2}
algorithms:
- {name: one, algorithm: {image: i}, hyperparameters: {x: {min: 1, max: 2}}, compute: {volume_gb: 5}}
- {name: two, algorithm: {image: i}, hyperparameters: {}, raw: {RoleArn: r}}
raw: {TrainingJobDefinitions: {one: {RoleArn: q}}}
"""
RANGES = "HyperParameterTuningJobConfig.ParameterRanges"
DEFINITION = "TrainingJobDefinition"
CASES = {
    "HyperParameterTuningJobName": "name",
    "HyperParameterTuningJobConfig.Strategy": "",
    "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs": "limits.jobs",
    "HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs": "limits",
    "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName": "objective",
    "HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MaxResource": "hyperband.max_resource",
    "HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MinResource": "hyperband",
    RANGES: "hyperparameters",
    f"{RANGES}.ContinuousParameterRanges.0": "hyperparameters.x",
    f"{RANGES}.ContinuousParameterRanges.0.MaxValue": "hyperparameters.x.max",
    f"{RANGES}.CategoricalParameterRanges.0.Values.1": "hyperparameters.kind.values[1]",
    "WarmStartConfig.ParentHyperParameterTuningJobs.1.HyperParameterTuningJobName": "warm_start.parents[1]",
    "Tags.0.Value": "tags.team",
    f"{DEFINITION}.StaticHyperParameters.fixed": "hyperparameters.fixed",
    f"{DEFINITION}.StaticHyperParameters.unsaid": "hyperparameters",
    f"{DEFINITION}.AlgorithmSpecification.TrainingImage": "algorithm",
    f"{DEFINITION}.AlgorithmSpecification.MetricDefinitions.1.Regex": "metrics.n",
    f"{DEFINITION}.AlgorithmSpecification.MetricDefinitions": "metrics",
    f"{DEFINITION}.RoleArn": "role",
    f"{DEFINITION}.OutputDataConfig.S3OutputPath": "",
    f"{DEFINITION}.ResourceConfig.InstanceCount": "compute.count",
    f"{DEFINITION}.ResourceConfig.InstanceType": "compute",
    f"{DEFINITION}.EnableManagedSpotTraining": "compute.spot",
    f"{DEFINITION}.VpcConfig.SecurityGroupIds": "security",
    f"{DEFINITION}.VpcConfig.Subnets.0": "security.subnets[0]",
    f"{DEFINITION}.Environment.A": "environment.A",
    f"{DEFINITION}.InputDataConfig.1.ContentType": "data.channels.other.content_type",
    f"{DEFINITION}.InputDataConfig.0.DataSource.S3DataSource.S3Uri": "data.channels.train",
    f"{DEFINITION}.InputDataConfig": f"raw.{DEFINITION}.InputDataConfig",
    # What `raw` says is blamed where it says it, and nothing else is.
    f"{DEFINITION}.InputDataConfig.0.ShuffleConfig.Seed": f"raw.{DEFINITION}.InputDataConfig.train.ShuffleConfig.Seed",
    f"{DEFINITION}.ResourceConfig.InstanceGroups.0.InstanceCount": f"raw.{DEFINITION}.ResourceConfig.InstanceGroups[0]",
    f"{DEFINITION}.StoppingCondition.MaxRuntimeInSeconds": f"raw.{DEFINITION}.StoppingCondition.MaxRuntimeInSeconds",
}
CASES_OF_SEVERAL = {
    "TrainingJobDefinitions.0.ResourceConfig.VolumeSizeInGB": "algorithms[0].compute.volume_gb",
    "TrainingJobDefinitions.1.ResourceConfig.InstanceCount": "compute.count",
    "TrainingJobDefinitions.0.HyperParameterRanges.IntegerParameterRanges.0.MinValue": (
        "algorithms[0].hyperparameters.x.min"
    ),
    "TrainingJobDefinitions.1.HyperParameterRanges": "algorithms[1].hyperparameters",
    "TrainingJobDefinitions.1.TuningObjective": "objective",
    "TrainingJobDefinitions.1.DefinitionName": "algorithms[1].name",
    "TrainingJobDefinitions.0.RoleArn": "raw.TrainingJobDefinitions.one.RoleArn",
    "TrainingJobDefinitions.1.RoleArn": "algorithms[1].raw.RoleArn",
    "TrainingJobDefinitions.1.OutputDataConfig.S3OutputPath": "algorithms[1]",
}


def blamed(text: str, path: str) -> str:
    loaded = load_document(text)
    request: dict[str, Any] = to_request(loaded.spec)
    parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
    return dotted(origin(parts, request, loaded.document.places))


@pytest.mark.parametrize("path", CASES)
def test_the_key_of_one_algorithm(path: str) -> None:
    assert blamed(ONE, path) == CASES[path]


@pytest.mark.parametrize("path", CASES_OF_SEVERAL)
def test_the_key_of_several_algorithms(path: str) -> None:
    assert blamed(SEVERAL, path) == CASES_OF_SEVERAL[path]


def test_a_member_that_is_not_there_is_blamed_on_what_is_around_it() -> None:
    assert blamed(ONE, "Tags.7.Key") == "tags"
    assert blamed(ONE, "FutureField.Anything") == ""
