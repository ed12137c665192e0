"""Importance is claimed where it is there, and not where a first place is chance."""

from __future__ import annotations

import dataclasses

from past_jobs import AXES, of, past

from smtune.history.importance import importances, observe_importance
from smtune.search.space import Category


def test_the_one_that_matters_is_named_with_an_interval() -> None:
    first, second = observe_importance(past(lambda place: 3 * place[0], 40, noise=0.3))
    assert (first.hyperparameter, first.verdict) == ("rate", "present")
    assert first.numbers["low"] < first.numbers["share"] < first.numbers["high"]  # type: ignore[operator]
    assert (second.hyperparameter, second.verdict) == ("depth", "not enough evidence")


def test_where_nothing_matters_nothing_is_named() -> None:
    found = [each for seed in range(5) for each in observe_importance(past(lambda _: 0.0, 20, noise=1.0, seed=seed))]
    assert sum(each.is_present for each in found) <= 1


def test_a_valley_in_the_middle_matters_too() -> None:
    (first, _) = importances(past(lambda place: (place[0] - 0.5) ** 2, 50).sample)
    assert first.hyperparameter == "rate"
    assert first.p <= 0.01


def test_a_choice_can_matter() -> None:
    axes = (*AXES, Category("booster", ("gbtree", "dart", "gblinear")))
    found = importances(past(lambda place: float(place[2] > 2 / 3), 40, noise=0.1, axes=axes).sample)
    assert [each.hyperparameter for each in found if each.p <= 0.05] == ["booster"]


def test_monotone_changes_of_the_objective_change_nothing() -> None:
    history = past(lambda place: place[0] + 0.2 * place[1], 30, noise=0.1)
    runs = [dataclasses.replace(each, objective=(each.objective or 0.0) ** 3) for each in history.runs]
    assert importances(history.sample) == importances(of(runs).sample)


def test_in_a_search_that_learns_a_bystander_does_not_share() -> None:
    """Both move to high places with time, but only the first lowers the loss."""
    drift = past(lambda _: 0.0, 60, seed=3)
    runs = []
    for number, each in enumerate(drift.runs):
        place = drift.sample.places[number] * 0.5 + number / 120
        values = {axis.name: float(axis.text(where)) for axis, where in zip(AXES, place, strict=True)}
        runs.append(dataclasses.replace(each, hyperparameters=values, objective=-float(place[0])))
    found = importances(of(runs, is_adaptive=True).sample, is_adaptive=True)
    assert [each.hyperparameter for each in found if each.p <= 0.05] == ["rate"]


def test_too_little_is_said_to_be_too_little() -> None:
    for history in (past(sum, 9), past(lambda _: 1.0, 30)):
        (found,) = observe_importance(history)
        assert found.verdict == "not enough evidence"
