"""One hyperparameter turned up or down: the next range, or why it stays."""

from __future__ import annotations

from typing import Any

import pytest
from past_jobs import past

from smtune.diagnosis.levers import Knob, knobs_of
from smtune.diagnosis.model import Direction
from smtune.history import Lessons, study
from smtune.search.space import Number
from smtune.spec import Auto, Categorical, Continuous, Integer, TuningSpec
from smtune.suggest.turn import Turned, turn

AXES = (Number("eta", 0.01, 0.3, "Logarithmic"), Number("max_depth", 2, 6, "Linear", is_whole=True))
ETA = {"min": 0.01, "max": 0.3, "scale": "log"}
DEPTH = {"min": 2, "max": 6}


def knob(name: str) -> Knob:
    return next(each for each in knobs_of("xgboost") if each.name == name)


def turned(
    name: str, direction: Direction, lessons: Lessons | None = None, known: Knob | None = None, **hyperparameters: Any
) -> Turned | None:
    """As `turn`, of a spec with these hyperparameters."""
    spec = TuningSpec.model_validate(
        {
            "name": "toy",
            "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
            "objective": {"minimize": "validation:error"},
            "hyperparameters": hyperparameters,
            "limits": {"jobs": 5},
        }
    )
    return turn(known or knob(name), direction, spec.definitions[0], lessons)


def better_deep(seed: int = 1) -> Lessons:
    """The deeper, the better; eta does not matter."""
    return study(past(lambda place: 1 - place[1], 60, noise=0.02, axes=AXES, seed=seed))


def better_slow() -> Lessons:
    """The lower eta, the better."""
    return study(past(lambda place: place[0], 60, noise=0.02, axes=AXES))


# What had one value


@pytest.mark.parametrize(
    ("name", "value", "direction", "after"),
    [
        ("max_depth", 2, "up", Integer(min=2, max=12)),
        ("max_depth", 14, "up", Integer(min=14, max=56)),
        ("num_round", 10, "up", Integer(min=10, max=1000, scale="log")),
        ("eta", 0.1, "up", Continuous(min=0.1, max=0.5)),
        ("lambda", 4.0, "down", Continuous(min=0.1, max=4.0, scale="log")),
        ("max_depth", 8, "down", Integer(min=3, max=8)),
        ("max_depth", 3, "down", Integer(min=1, max=3)),
        ("alpha", 0, "up", Continuous(min=0.001, max=100, scale="log")),
    ],
)
def test_a_value_becomes_a_range_from_it_in_the_direction(
    name: str, value: Any, direction: Direction, after: Any
) -> None:
    found = turned(name, direction, **{name: value})
    assert found is not None
    assert (found.after, found.support) == (after, "untested")
    assert found.reason.startswith(f"the same in all training jobs, {value}: search it, ")


@pytest.mark.parametrize("name", ["lambda", "min_child_weight", "colsample_bytree"])
def test_a_whole_number_of_what_is_no_count_has_fractions_below_it(name: str) -> None:
    one: dict[str, Any] = {name: 1}
    found = turned(name, "down", **one)
    assert found is not None
    assert isinstance(found.after, Continuous)
    assert (found.after.min, found.after.max) == (knob(name).low, 1)


def test_what_the_spec_does_not_say_is_searched_from_the_algorithms_default() -> None:
    found = turned("colsample_bytree", "down")
    assert found is not None
    assert found.after == Continuous(min=0.4, max=1.0)
    assert found.reason == "not said before (so 1): search it, less than that"


def test_what_has_no_default_is_searched_where_it_usually_is() -> None:
    found = turned("early_stopping_rounds", "up")
    assert found is not None
    assert found.after == Integer(min=20, max=100)
    assert found.reason == "not said before: search it"


def test_there_is_no_less_than_none_of_it() -> None:
    assert turned("alpha", "down", alpha=0) is None
    assert turned("alpha", "down") is None, "the default is 0"
    assert turned("max_depth", "down", max_depth=1) is None
    assert turned("max_depth", "down", max_depth=0) is None


@pytest.mark.parametrize("value", ["auto", "7", True])
def test_what_is_no_number_is_left_alone(value: Any) -> None:
    assert turned("max_depth", "up", max_depth=value) is None


def test_a_hint_for_autotune_is_left_alone() -> None:
    assert turned("max_depth", "up", max_depth=Auto(hint=3)) is None
    assert turned("booster", "change", booster=Auto(hint="gbtree")) is None


@pytest.mark.parametrize(
    ("value", "direction", "after"),
    [
        (0.5, "up", Continuous(min=0.5, max=0.95)),
        (0.2, "up", Continuous(min=0.2, max=0.8)),
        (0.2, "down", Continuous(min=0.05, max=0.2)),
        (64, "up", Integer(min=64, max=256)),
        (64, "down", Integer(min=16, max=64)),
        (2, "down", Integer(min=1, max=2)),
    ],
)
def test_a_declared_role_has_no_range_of_its_own_but_numbers_stay_what_they_look_like(
    value: float, direction: Direction, after: Any
) -> None:
    found = turned("mine", direction, known=Knob("mine", "regularization"), mine=value)
    assert found is not None
    assert found.after == after


def test_of_a_declared_role_that_the_spec_does_not_say_nothing_can_be_said() -> None:
    for direction in ("up", "down"):
        assert turned("mine", direction, known=Knob("mine", "capacity")) is None
        assert turned("mine", direction, known=Knob("mine", "capacity"), mine=0) is None
        assert turned("mine", direction, known=Knob("mine", "capacity"), mine=-2.5) is None
    assert turned("mine", "set", known=Knob("mine", "patience")) is None
    assert turned("mine", "change", known=Knob("mine", "architecture"), mine="wide") is None


def test_no_first_range_goes_beyond_what_the_algorithm_takes() -> None:
    found = turned("eta", "up", eta=0.6)
    assert found is not None
    assert found.after == Continuous(min=0.6, max=1.0)
    full = turned("eta", "up", eta=1.0)
    assert full is None or full.after is None, "there is no more"


# What is searched already


def test_a_range_is_widened_where_the_best_lie() -> None:
    lessons = better_deep()
    found = turned("max_depth", "up", lessons, max_depth=DEPTH, eta=ETA)
    assert found is not None
    assert (found.after, found.support) == (Integer(min=2, max=8), "supported")
    assert found.reason.startswith("the best lie at its upper end; raising max_depth is supported by 60 training jobs")


def test_a_logarithmic_end_is_moved_by_a_factor_of_three() -> None:
    found = turned("eta", "down", better_slow(), eta=ETA, max_depth=DEPTH)
    assert found is not None
    assert isinstance(found.after, Continuous)
    assert found.after.max == 0.3
    assert found.after.scale == "log"
    assert found.after.min == pytest.approx(0.01 / 3, rel=0.05)


def test_what_the_training_jobs_speak_against_stays() -> None:
    found = turned("max_depth", "down", better_deep(), max_depth=DEPTH, eta=ETA)
    assert found is not None
    assert (found.after, found.support) == (None, "contradicted")
    assert found.reason.startswith("lowering max_depth is contradicted by 60 training jobs")


def test_a_range_that_nothing_speaks_for_stays() -> None:
    found = turned("eta", "up", better_deep(), eta=ETA, max_depth=DEPTH)
    assert found is not None
    assert (found.after, found.support) == (None, "undecided")
    assert found.reason == "eta is searched from 0.01 to 0.3 already, and the best do not lie at that end"
    alone = turned("eta", "up", eta=ETA)
    assert alone is not None
    assert (alone.after, alone.reason) == (None, "eta is searched from 0.01 to 0.3 already")


def test_a_range_at_the_algorithms_own_bound_stays() -> None:
    axes = (Number("subsample", 0.5, 1.0, "Linear"),)
    lessons = study(past(lambda place: 1 - place[0], 40, noise=0.01, axes=axes))
    found = turned("subsample", "up", lessons, known=Knob("subsample", "sampling"), subsample={"min": 0.5, "max": 1.0})
    assert found is not None
    assert (found.after, found.support) == (None, "undecided")
    assert found.reason == "subsample is searched as far as the algorithm takes it"


def test_a_choice_is_not_turned_up() -> None:
    assert turned("max_depth", "up", max_depth={"values": [2, 3]}) is None


# What is set or chosen


def test_patience_is_set_once() -> None:
    found = turned("early_stopping_rounds", "set")
    assert found is not None
    assert found.after == 20
    assert found.reason == "stop when validation has not improved for 20 rounds"
    assert turned("early_stopping_rounds", "set", early_stopping_rounds=50) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, ("gbtree", "dart")),
        ({"booster": "gbtree"}, ("gbtree", "dart")),
        ({"booster": "gblinear"}, ("gblinear", "gbtree", "dart")),
        ({"booster": {"values": ["dart"]}}, ("dart", "gbtree")),
    ],
)
def test_another_architecture_is_a_choice_between_what_was_and_what_there_is(
    before: dict[str, Any], after: tuple[str, ...]
) -> None:
    found = turned("booster", "change", **before)
    assert found is not None
    assert found.after == Categorical(values=after)


def test_a_choice_that_has_all_there_is_stays() -> None:
    assert turned("booster", "change", booster={"values": ["dart", "gbtree"]}) is None
