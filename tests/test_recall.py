"""A tuning job of a session becomes a history: its ranges with their scales, training jobs, curves, limits."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from recorded_jobs import Ran, record_job

from smtune.errors import ServiceError, UsageError
from smtune.history import study
from smtune.history.text import render
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.recall import histories, histories_of, history_of
from smtune.results import pull
from smtune.search.space import Category, Number

FALLING = [1 - 0.8 / (1 + step) for step in range(12)]


def recorded(settings: Settings, *more: Ran, **changes: Any) -> str:
    """A random search of 20 training jobs, better the higher the dose."""
    doses = [(7 * number % 20 + 0.5) / 20 for number in range(20)]
    ran = [Ran([dose * value for value in FALLING], config={"dose": str(dose)}) for dose in doses]
    record_job(settings, "toy", [*ran, *more], changes=changes)
    return "toy"


def test_the_history_of_a_local_job_has_all_that_it_ran(session: LocalSession, settings: Settings) -> None:
    history = history_of(session, recorded(settings, Ran((), "Failed", failure_reason="no", config={"dose": "0.5"})))
    assert [(axis.name, axis.count) for axis in history.axes] == [("dose", float("inf"))]
    assert (history.metric, history.is_maximized, history.is_adaptive) == ("score", True, False)
    assert len(history.runs) == 21
    assert [run.status for run in history.runs].count("Failed") == 1
    assert history.static["rounds"] == 3
    assert history.limits.jobs == 3
    first = history.runs[0]
    assert first.hyperparameters == {"dose": 0.025}
    assert first.seconds == 60.0
    assert [value for _, value in first.curves["score"]] == pytest.approx([0.025 * value for value in FALLING])
    assert first.objective == pytest.approx(0.025 * FALLING[-1])


def test_what_it_teaches_can_be_read(session: LocalSession, settings: Settings) -> None:
    lessons = study(history_of(session, recorded(settings)))
    assert lessons.support("dose", "up") == "supported"
    assert [each.hyperparameter for each in lessons.of("edge") if each.is_present] == ["dose"]
    assert "raising dose is supported by 20 training jobs" in render(lessons).replace("\n    ", " ")


def test_a_job_that_is_not_there_is_an_error(session: LocalSession) -> None:
    with pytest.raises(ServiceError):
        history_of(session, "never")


def test_an_algorithm_that_is_not_there_is_an_error(session: LocalSession, settings: Settings) -> None:
    with pytest.raises(UsageError, match="has no algorithm 'forest'"):
        history_of(session, recorded(settings), "forest")


def test_of_several_algorithms_each_has_its_own_history(session: LocalSession, settings: Settings) -> None:
    trials = pull(session, recorded(settings))
    config = dict(trials.description["HyperParameterTuningJobConfig"])
    ranges = config.pop("ParameterRanges")
    one = dict(trials.description["TrainingJobDefinition"])
    objective = config.pop("HyperParameterTuningJobObjective")
    both = [
        {**one, "DefinitionName": name, "TuningObjective": objective, "HyperParameterRanges": ranges}
        for name in ("first", "second")
    ]
    description = {
        **{key: value for key, value in trials.description.items() if key != "TrainingJobDefinition"},
        "TrainingJobDefinitions": both,
        "HyperParameterTuningJobConfig": {**config, "Strategy": "Bayesian"},
    }
    records = [
        dataclasses.replace(record, definition="second" if number < 5 else "first")
        for number, record in enumerate(trials.records)
    ]
    first, second = histories(dataclasses.replace(trials, description=description, records=tuple(records)), {})
    assert (first.name, len(first.runs), second.name, len(second.runs)) == ("first", 15, "second", 5)
    assert first.is_adaptive
    assert first.limits.jobs is None, "the algorithms share the limit"


def test_what_autotune_searched_is_an_axis_without_declared_ends(session: LocalSession, settings: Settings) -> None:
    trials = pull(session, recorded(settings))
    records = []
    for number, record in enumerate(trials.records):
        values = {**record.hyperparameters, "rate": str(10.0 ** -(number % 5)), "mode": "ab"[number % 2]}
        records.append(dataclasses.replace(record, job={**record.job, "HyperParameters": values}, tuned=None))
    (history,) = histories(dataclasses.replace(trials, records=tuple(records)), {})
    assert history.undeclared == {"rate", "mode"}
    axes = {axis.name: axis for axis in history.axes}
    assert axes["rate"] == Number("rate", 1e-4, 1.0, "Logarithmic")
    assert axes["mode"] == Category("mode", ("a", "b"))
    assert len(history.sample) == 20


def test_the_histories_of_one_algorithm_are_one(session: LocalSession, settings: Settings) -> None:
    (history,) = histories_of(session, recorded(settings))
    assert history.name == ""
