"""Whatever the space and however its training jobs ended: the next spec is legal, holds the best, and is near."""

from __future__ import annotations

import math
from typing import Any

from examples import examples
from hypothesis import given
from revise_spaces import rounds

from smtune.clone.change import problems_of
from smtune.revise import Trial, refine
from smtune.revise.axis import Axis
from smtune.spec import Categorical, Continuous, Integer, TuningSpec, load_spec
from smtune.spec.ranges import encode

Round = tuple[TuningSpec, list[Trial]]


def best_of(trials: list[Trial]) -> Trial:
    return min((trial for trial in trials if trial.is_measured), key=lambda trial: trial.objective or 0.0)


@examples(30)
@given(rounds())
def test_the_next_spec_is_legal_and_loads_from_its_yaml(round_: Round) -> None:
    spec, trials = round_
    revision = refine(spec, trials)
    assert load_spec(revision.to_yaml()) == revision.spec
    known = {(item.path, item.rule) for item in problems_of(spec)}
    assert [
        item for item in problems_of(revision.spec) if item.severity == "error" and (item.path, item.rule) not in known
    ] == []


@examples(60)
@given(rounds())
def test_it_keeps_kinds_and_scales_and_holds_the_best(round_: Round) -> None:
    spec, trials = round_
    best: Any = best_of(trials).hyperparameters
    for name, after in refine(spec, trials).spec.hyperparameters.items():
        before: Any = spec.hyperparameters[name]
        if isinstance(before, Categorical):
            kept = [encode(value) for value in getattr(after, "values", [after])]
            assert encode(best[name]) in kept
            assert kept == [encode(value) for value in before.values if encode(value) in kept]
        elif isinstance(after, Continuous | Integer):
            assert type(after) is type(before)
            assert after.scale == before.scale
            assert after.min <= best[name] <= after.max
            assert after.min < after.max
        else:
            assert isinstance(before, Integer)
            assert after == best[name]


@examples(60)
@given(rounds())
def test_it_stays_within_half_of_the_range_beyond_its_ends_and_keeps_a_quarter(round_: Round) -> None:
    spec, trials = round_
    has_failures = any(trial.has_failed for trial in trials)
    for name, after in refine(spec, trials).spec.hyperparameters.items():
        before = spec.hyperparameters[name]
        axis = Axis.of(before) if isinstance(before, Continuous | Integer) else None
        if axis is None or not isinstance(after, Continuous | Integer):
            continue
        # Rounding goes outward by a hundredth, and by half of a whole number.
        slack = 0.02 + (1 / (before.max - before.min) if isinstance(before, Integer) else 0)
        low, high = (axis.unit(min(max(end, axis.value(-2)), axis.value(3))) for end in (after.min, after.max))
        if isinstance(before, Continuous):
            assert low >= -0.5 - slack
            assert high <= 1.5 + slack
            if not has_failures:
                assert high - low >= 0.25 - slack
        assert math.isfinite(low)


@examples(40)
@given(rounds())
def test_the_same_jobs_once_more_change_little(round_: Round) -> None:
    spec, trials = round_
    once = refine(spec, trials).spec
    twice = refine(once, trials).spec
    best: Any = best_of(trials).hyperparameters
    for name, after in twice.hyperparameters.items():
        if isinstance(after, Continuous | Integer):
            assert after.min <= best[name] <= after.max
    assert refine(once, trials) == refine(once, trials)


@examples(40)
@given(rounds())
def test_every_difference_has_a_change_with_a_reason_and_every_change_is_one(round_: Round) -> None:
    spec, trials = round_
    revision = refine(spec, trials)
    paths = {change.path for change in revision.changes}
    different = {
        ("hyperparameters", name)
        for name, value in revision.spec.hyperparameters.items()
        if value != spec.hyperparameters[name]
    }
    assert {path for path in paths if path[0] == "hyperparameters"} == different
    for change in revision.changes:
        assert change.reason
        assert change.before != change.after
        assert change.evidence is not None or change.path[0] == "limits"
