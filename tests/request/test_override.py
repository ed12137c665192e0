"""A key that `raw` contradicts is named; a default that `raw` changes is not."""

from __future__ import annotations

import pytest

from smtune.errors import dotted
from smtune.request.override import overridden
from smtune.spec import load_document

SPEC = """
name: a
algorithm: {image: i}
objective: {maximize: m}
hyperparameters: {x: {min: 0.0, max: 1.0}, fixed: 1}
limits: {jobs: 4}
tags: {team: ml}
data: {channels: {train: s3://b/t, other: {uri: s3://b/o, content_type: text/csv}}}
"""


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ("{}", []),
        ("{HyperParameterTuningJobConfig: {ResourceLimits: {MaxNumberOfTrainingJobs: 5}}}", ["limits.jobs"]),
        ("{HyperParameterTuningJobConfig: {ResourceLimits: {MaxNumberOfTrainingJobs: 4}}}", []),
        ("{HyperParameterTuningJobConfig: {ResourceLimits: {MaxParallelTrainingJobs: 4}}}", []),
        ("{HyperParameterTuningJobConfig: {Strategy: Random}}", []),
        ("{TrainingJobDefinition: {StaticHyperParameters: {fixed: null}}}", ["hyperparameters.fixed"]),
        ("{TrainingJobDefinition: {InputDataConfig: {train: {ShuffleConfig: {Seed: 1}}}}}", []),
        (
            "{TrainingJobDefinition: {InputDataConfig: {other: {ContentType: x}}}}",
            ["data.channels.other.content_type"],
        ),
        (
            "{HyperParameterTuningJobConfig: {ParameterRanges: {ContinuousParameterRanges: {x: {MaxValue: '2'}}}}}",
            ["hyperparameters.x.max"],
        ),
        ("{Tags: {team: {Value: other}}}", ["tags.team"]),
        ("{TrainingJobDefinition: {EnableNetworkIsolation: true}}", []),
    ],
)
def test_what_raw_replaces_is_named(raw: str, keys: list[str]) -> None:
    loaded = load_document(f"{SPEC}raw: {raw}\n")
    assert [dotted(path) for path in overridden(loaded.spec, loaded.document.data, loaded.document.places)] == keys


def test_an_algorithm_of_several_has_a_raw_of_its_own() -> None:
    text = """
name: a
objective: {maximize: m}
role: r
algorithms:
- {name: one, algorithm: {image: i}, hyperparameters: {x: 1}, raw: {RoleArn: q}}
- {name: two, algorithm: {image: i}, hyperparameters: {x: 1}, raw: {StaticHyperParameters: {x: '2'}}}
"""
    loaded = load_document(text)
    found = overridden(loaded.spec, loaded.document.data, loaded.document.places)
    assert [dotted(path) for path in found] == ["role", "algorithms[1].hyperparameters.x"]
