"""The best configurations, each once, best first."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.errors import JobError, UsageError
from smtune.results import Trials
from smtune.results.record import Record
from smtune.retrain.choose import best_configurations, direction

RANGES = {"ContinuousParameterRanges": [{"Name": "eta"}], "IntegerParameterRanges": [{"Name": "seed"}]}


def trials(*jobs: tuple[float | None, dict[str, str], str], **config: Any) -> Trials:
    goal = {"Type": config.pop("direction", "Minimize"), "MetricName": "loss"}
    description = {
        "HyperParameterTuningJobName": "tune",
        "HyperParameterTuningJobStatus": config.pop("status", "Completed"),
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": goal,
            "ParameterRanges": RANGES,
            **config,
        },
        "TrainingJobDefinition": {"AlgorithmSpecification": {"TrainingImage": "i"}},
    }
    records = [
        Record(
            {
                "TrainingJobName": f"tune-{number}",
                "TrainingJobStatus": status,
                "CreationTime": float(number),
                "HyperParameters": values,
                "FinalMetricDataList": [] if value is None else [{"MetricName": "loss", "Value": value}],
            }
        )
        for number, (value, values, status) in enumerate(jobs, 1)
    ]
    return Trials(description, tuple(records))


A, B, C = ({"eta": eta, "seed": "1"} for eta in ("0.1", "0.2", "0.3"))


def chosen(found: Trials, top: int = 2, ignored: tuple[str, ...] = ()) -> list[str]:
    configurations = best_configurations(found, top, ignored)
    assert [item.rank for item in configurations] == list(range(1, len(configurations) + 1))
    return [item.training_job for item in configurations]


@pytest.mark.parametrize(("way", "expected"), [("Minimize", ["tune-2", "tune-1"]), ("Maximize", ["tune-3", "tune-1"])])
def test_best_first_whichever_way_it_goes(way: str, expected: list[str]) -> None:
    found = trials((0.5, A, "Completed"), (0.1, B, "Completed"), (0.9, C, "Completed"), direction=way)
    assert chosen(found) == expected


def test_what_failed_was_stopped_or_has_no_number_is_not_among_them() -> None:
    found = trials(
        (0.1, A, "Failed"),
        (0.2, B, "Stopped"),
        (None, B, "Completed"),
        (float("nan"), B, "Completed"),
        (0.9, C, "Completed"),
    )
    assert chosen(found, 5) == ["tune-5"]


def test_under_hyperband_those_that_were_stopped_count_where_none_completed() -> None:
    assert chosen(trials((0.2, B, "Stopped"), (0.1, A, "Stopped"), Strategy="Hyperband")) == ["tune-2", "tune-1"]
    assert chosen(trials((0.2, B, "Completed"), (0.1, A, "Stopped"), Strategy="Hyperband")) == ["tune-1"]


def test_a_configuration_counts_once() -> None:
    other = {**A, "seed": "2"}
    found = trials((0.3, A, "Completed"), (0.2, A, "Completed"), (0.1, other, "Completed"), (0.4, B, "Completed"))
    assert chosen(found, 3) == ["tune-3", "tune-2", "tune-4"]
    assert chosen(found, 3, ("seed",)) == ["tune-3", "tune-4"]


def test_nothing_to_verify_is_said() -> None:
    with pytest.raises(JobError, match="no training job with an objective"):
        chosen(trials((None, A, "Failed")))
    with pytest.raises(UsageError, match="InProgress"):
        chosen(trials((0.1, A, "Completed"), status="InProgress"))


def test_algorithms_have_to_agree_on_what_is_better() -> None:
    goals = ("Minimize", "Maximize")
    several = [
        {"DefinitionName": way, "TuningObjective": {"Type": way, "MetricName": "loss"}, "HyperParameterRanges": RANGES}
        for way in goals
    ]
    both = Trials({**trials().description, "TrainingJobDefinition": None, "TrainingJobDefinitions": several}, ())
    with pytest.raises(UsageError, match="do not agree"):
        direction(both)
