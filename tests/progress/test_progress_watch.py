"""Watching: every change is told, the pauses grow, the clock is the caller's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from local_jobs import Run, wait_for

from smtune.errors import ServiceError
from smtune.progress import Progress, describe, list_tuning_jobs, look, tags, watch
from smtune.session import connect


class Session:
    """A session whose job is at another point at each look."""

    def __init__(self, states: list[dict[str, Any]]) -> None:
        self._states: Iterator[dict[str, Any]] = iter(states)

    def client(self, _: str) -> Any:
        return self

    def describe_hyper_parameter_tuning_job(self, **_: str) -> dict[str, Any]:
        return next(self._states)


def state(status: str, completed: int, *, best: float | None = None) -> dict[str, Any]:
    job: dict[str, Any] = {
        "HyperParameterTuningJobName": "job",
        "HyperParameterTuningJobStatus": status,
        "CreationTime": dt.datetime.fromtimestamp(1000, tz=dt.UTC),
        "TrainingJobStatusCounters": {"Completed": completed, "InProgress": 2, "NonRetryableError": 1, "Stopped": 0},
        "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 10}},
    }
    if status == "Completed":
        job["HyperParameterTuningEndTime"] = dt.datetime.fromtimestamp(1100, tz=dt.UTC)
    if best is not None:
        metric = {"FinalHyperParameterTuningJobObjectiveMetric": {"Value": best}, "TrainingJobName": "job-001"}
        job["BestTrainingJob"] = metric
    return job


def test_watching_ends_with_the_job_and_slows_down() -> None:
    pauses: list[float] = []
    session: Any = Session([state("InProgress", 0), *[state("InProgress", 3, best=0.5)] * 8, state("Completed", 9)])
    seen = list(watch(session, "job", sleep=pauses.append))

    assert [item.status for item in seen] == ["InProgress"] * 9 + ["Completed"]
    assert pauses == sorted(pauses)
    assert pauses[0] == 0.5
    assert max(pauses) == 2.0
    assert seen[-1].elapsed == 100.0


def test_time_left_is_the_pace_so_far() -> None:
    session: Any = Session([state("InProgress", 4)])
    progress = look(session, "job", now=1050.0)

    assert (progress.done, progress.elapsed) == (5, 50.0)
    assert progress.remaining == pytest.approx(50.0)
    nothing: Any = Session([{**state("InProgress", 0), "TrainingJobStatusCounters": {}}])
    assert look(nothing, "job", now=1050.0).remaining is None


def test_a_job_of_the_engine_can_be_watched_described_and_listed(submit: Run) -> None:
    session = connect("local")
    name = submit(changes={"tags": {"team": "blue"}})
    seen: list[Progress] = list(watch(session, name))

    assert seen[-1].is_over
    assert seen[-1].completed == 3
    assert seen[-1].best_value is not None
    assert describe(session, name)["HyperParameterTuningJobName"] == name
    assert tags(session, name)["team"] == "blue"
    assert [job["name"] for job in list_tuning_jobs(session, most=5)] == [name]
    wait_for(session, name)


def test_an_unknown_job_is_the_services_error() -> None:
    with pytest.raises(ServiceError, match=r"ResourceNotFound: .*nobody"):
        look(connect("local"), "nobody")
