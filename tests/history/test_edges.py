"""A range's edge is named only with a trend towards it."""

from __future__ import annotations

import dataclasses

import pytest
from past_jobs import AXES, past, run

from smtune.history.edges import observe_edges
from smtune.history.observation import Observation
from smtune.search.space import Number


def asked(history: object, name: str = "rate") -> Observation:
    (found,) = [each for each in observe_edges(history) if each.hyperparameter == name]  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(("sign", "side"), [(-1.0, "upper"), (1.0, "lower")])
def test_a_loss_that_falls_to_the_end_has_its_best_there(sign: float, side: str) -> None:
    found = asked(past(lambda place: sign * place[0], 40, noise=0.05))
    assert found.verdict == "present"
    assert found.numbers["side"] == side
    assert "range 0.0001 to 1" in found.sentence


def test_the_same_objective_maximized_has_it_at_the_other_end() -> None:
    history = dataclasses.replace(past(lambda place: place[0], 40, noise=0.05), is_maximized=True)
    assert asked(history).numbers["side"] == "upper"


def test_a_best_within_the_range_is_at_no_edge() -> None:
    assert asked(past(lambda place: (place[0] - 0.5) ** 2, 40, noise=0.01)).verdict == "absent"


def test_the_best_being_at_an_end_by_chance_is_not_enough() -> None:
    found = [asked(past(lambda _: 0.0, 20, noise=1.0, seed=seed)) for seed in range(30)]
    assert any(each.numbers["side"] for each in found), "the best do lie at an end now and then"
    assert sum(each.is_present for each in found) <= 2


def test_a_range_that_nobody_declared_has_no_edge() -> None:
    history = dataclasses.replace(past(lambda place: place[0], 40), undeclared=frozenset({"rate"}))
    assert {each.hyperparameter for each in observe_edges(history)} == {"depth"}


def test_the_last_of_few_whole_numbers_is_an_end() -> None:
    """Each of two values owns half of the range, so its middle is far from the outer fifth."""
    axes = (Number("layers", 1, 2, "Linear", is_whole=True), Number("rate", 100.001, 100.009, "Linear"))
    history = past(lambda place: place[0] > 0.5, 40, noise=0.01, axes=axes)
    found = asked(history, "layers")
    assert (found.verdict, found.numbers["side"]) == ("present", "lower")
    assert "median 100.00" in asked(history, "rate").sentence, "a median lies within its range"


def test_a_range_that_follows_the_order_of_the_jobs_is_not_told_by_more_jobs() -> None:
    history = past(lambda place: place[0], 30)
    runs = [run(number, AXES, [(number + 0.5) / 30, 0.5], number / 30) for number in range(30)]
    found = asked(dataclasses.replace(history, runs=tuple(runs)))
    assert found.verdict == "not enough evidence"
    assert "too few" not in found.sentence


def test_few_jobs_say_nothing() -> None:
    (found,) = observe_edges(past(lambda place: place[0], 9))
    assert found.verdict == "not enough evidence"
