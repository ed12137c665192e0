"""Changes of hyperparameters become the next spec, without those that a rule forbids."""

from __future__ import annotations

from typing import Any

from smtune.spec import Continuous, Integer, TuningSpec
from smtune.suggest.apply import applied
from smtune.suggest.turn import Turned

MORE = Turned(Integer(min=2, max=12), "search it", "untested")


def spec_of(**changes: Any) -> TuningSpec:
    fields: dict[str, Any] = {
        "name": "toy",
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "objective": {"minimize": "validation:error"},
        "hyperparameters": {"num_round": 10, "max_depth": 2, "eta": {"min": 0.1, "max": 0.3}},
        "limits": {"jobs": 5},
    }
    return TuningSpec.model_validate({**fields, **changes})


def test_changes_are_put_in_and_told_with_their_reasons() -> None:
    wider = Turned(Continuous(min=0.05, max=0.3), "the best lie there", "supported")
    spec, changes, refused = applied(
        spec_of(), {("hyperparameters", "max_depth"): MORE, ("hyperparameters", "eta"): wider}
    )
    assert (spec.hyperparameters["max_depth"], spec.hyperparameters["eta"]) == (MORE.after, wider.after)
    assert [(each.path[-1], each.before, each.after, each.reason) for each in changes] == [
        ("max_depth", 2, {"min": 2, "max": 12}, "search it"),
        ("eta", {"min": 0.1, "max": 0.3}, {"min": 0.05, "max": 0.3}, "the best lie there"),
    ]
    assert refused == ()


def test_what_stays_is_no_change() -> None:
    before = spec_of()
    stays = Turned(None, "spoken against", "contradicted")
    assert applied(before, {("hyperparameters", "max_depth"): stays}) == (before, (), ())
    assert applied(before, {}) == (before, (), ())


def test_what_was_not_said_before_has_no_value_before() -> None:
    _, (change,), _ = applied(spec_of(), {("hyperparameters", "lambda"): MORE})
    assert change.before is None


def test_what_a_rule_forbids_is_dropped_with_the_rules_reason_and_the_rest_is_kept() -> None:
    """The service takes 30 ranges at most: one more has to go."""
    many = {f"x{number}": {"min": 0.0, "max": 1.0} for number in range(29)}
    image = {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
    before = spec_of(
        algorithm=image, metrics={"validation:error": r"e=(\S+)"}, hyperparameters={**many, "a": 1, "b": 1}
    )
    spec, changes, refused = applied(before, {("hyperparameters", "a"): MORE, ("hyperparameters", "b"): MORE})
    assert [change.path[-1] for change in changes] == ["a"]
    assert spec.hyperparameters["b"] == 1
    (reason,) = refused
    assert reason.startswith("b stays as it is: ")
    assert "30" in reason


def test_a_grid_takes_no_ranges_of_numbers() -> None:
    before = spec_of(
        strategy="grid", limits={"parallel": 1}, hyperparameters={"num_round": 10, "max_depth": {"values": ["2", "3"]}}
    )
    spec, changes, refused = applied(before, {("hyperparameters", "num_round"): MORE})
    assert (spec, changes) == (before, ())
    assert refused[0].startswith("num_round stays as it is: ")
    assert "grid" in refused[0].lower()


def test_a_value_that_the_algorithm_does_not_take_is_dropped() -> None:
    beyond = Turned(Continuous(min=0.1, max=7.0), "search it", "untested")
    spec, changes, refused = applied(
        spec_of(), {("hyperparameters", "eta"): beyond, ("hyperparameters", "max_depth"): MORE}
    )
    assert [change.path[-1] for change in changes] == ["max_depth"]
    assert spec.hyperparameters["eta"] == Continuous(min=0.1, max=0.3)
    assert refused[0].startswith("eta stays as it is: ")


def test_what_was_wrong_before_is_nobodys_fault() -> None:
    before = spec_of(hyperparameters={"num_round": 10, "max_depth": 2, "eta": {"min": 0.1, "max": 7.0}})
    _, changes, refused = applied(before, {("hyperparameters", "max_depth"): MORE})
    assert ([change.path[-1] for change in changes], refused) == (["max_depth"], ())


def test_of_several_algorithms_only_the_one_is_changed() -> None:
    entry = {
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "objective": {"minimize": "validation:error"},
        "hyperparameters": {"num_round": 10, "max_depth": 2, "eta": {"min": 0.1, "max": 0.3}},
    }
    before = TuningSpec.model_validate(
        {"name": "two", "algorithms": [{**entry, "name": "a"}, {**entry, "name": "b"}], "limits": {"jobs": 5}}
    )
    spec, (change,), _ = applied(before, {("algorithms", 1, "hyperparameters", "max_depth"): MORE})
    assert (change.path, change.before) == (("algorithms", 1, "hyperparameters", "max_depth"), 2)
    assert [each.hyperparameters["max_depth"] for each in spec.algorithms] == [2, MORE.after]
