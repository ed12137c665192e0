"""What was allowed and not used, and what a limit cut off."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from past_jobs import VALIDATION, of, past, with_curve

from smtune.history import History, Limits
from smtune.history.budget import observe_budget
from smtune.history.observation import Code, Observation


def asked(code: Code, history: History) -> Observation:
    (found,) = [each for each in observe_budget(history) if each.code == code]
    return found


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"status": "Stopped"}, "was stopped"),
        ({"seconds": 100.0, "used_seconds": 101.0}, "time limit"),
        ({}, "completion criterion"),
    ],
)
def test_jobs_that_were_never_started_are_counted_with_the_reason(limits: dict[str, Any], words: str) -> None:
    found = asked("jobs_left", _with_jobs(30, limits))
    assert found.verdict == "present"
    assert found.sentence.startswith("20 of 30 training jobs")
    assert words in found.sentence


def _with_jobs(allowed: int, limits: dict[str, Any]) -> History:
    return dataclasses.replace(past(sum, 10), limits=Limits(jobs=allowed, **limits))


def test_a_tuning_job_that_runs_may_still_use_them() -> None:
    assert asked("jobs_left", _with_jobs(30, {"status": "InProgress"})).verdict == "not enough evidence"
    assert asked("jobs_left", _with_jobs(10, {})).verdict == "absent"


def test_training_jobs_that_ran_out_of_time_are_not_those_that_were_stopped_early() -> None:
    history = past(sum, 10)
    stopped = {"status": "Stopped", "seconds": 100.0}
    runs = [
        dataclasses.replace(history.runs[0], **stopped),  # type: ignore[arg-type]
        dataclasses.replace(history.runs[1], status="Stopped", seconds=50.0),
        dataclasses.replace(history.runs[2], reason="MaxRuntimeExceeded"),
        *history.runs[3:],
    ]
    found = of(runs, limits=Limits(job_seconds=100.0))
    assert asked("runtime_hit", found).numbers["hit"] == 2
    assert asked("stopped_early", found).numbers["stopped"] == 1


def test_where_nothing_was_cut_off_that_is_said() -> None:
    runs = [dataclasses.replace(each, seconds=10.0) for each in past(sum, 10).runs]
    found = of(runs, limits=Limits(job_seconds=100.0))
    assert asked("runtime_hit", found).verdict == "absent"
    assert asked("stopped_early", found).verdict == "absent"
    assert asked("runtime_hit", past(sum, 10)).verdict == "not enough evidence"


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ((10, 14, 12), "present"),
        ((50, 50, 50), "absent"),
        ((90, 90, 90), "not enough evidence"),
        ((10, 10, 10), "not enough evidence"),  # a value for every fifth epoch looks just like that
        ((10,), "not enough evidence"),
    ],
)
def test_epochs_that_no_training_job_used_are_told(points: tuple[int, ...], verdict: str) -> None:
    runs = [with_curve([1.0] * each, number=number) for number, each in enumerate(points)]
    found = asked("epochs_left", of(runs, static={"epochs": 50}))
    assert (found.verdict, found.hyperparameter) == (verdict, "epochs")


def test_two_hyperparameters_that_say_the_epochs_say_nothing() -> None:
    runs = [with_curve([1.0] * 10)]
    assert asked("epochs_left", of(runs, static={"epochs": 50, "steps": 9})).verdict == "not enough evidence"


@pytest.mark.parametrize(("jobs", "words"), [(5, "among the best 3"), (20, "among the best 4")])
def test_the_best_are_counted_not_called_a_fifth(jobs: int, words: str) -> None:
    history = past(sum, jobs)
    stopped = of([dataclasses.replace(history.runs[0], status="Stopped"), *history.runs[1:]])
    assert words in asked("stopped_early", stopped).sentence


def test_an_empty_tuning_job_has_only_its_limit() -> None:
    assert [each.code for each in observe_budget(of([], metric=VALIDATION))] == ["jobs_left"]
