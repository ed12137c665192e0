"""The objective that nobody trains for: smooth, seeded, and with something to find."""

from __future__ import annotations

import dataclasses
import itertools
import statistics

from smtune.local.stage import Cue
from smtune.local.stage.surrogate import curve_length, surrogate_curve, surrogate_quality

RANGES = {
    "ContinuousParameterRanges": [{"Name": "dose", "MinValue": "0", "MaxValue": "1"}],
    "CategoricalParameterRanges": [{"Name": "side", "Values": ["left", "right"]}],
}


def cue(dose: float, side: str = "left", *, maximize: bool = True) -> Cue:
    config = {"dose": repr(dose), "side": side}
    return Cue("toy-1", 1, 1, {**config, "epochs": "20"}, config, {}, RANGES, "score", maximize)


def test_neighbours_are_alike_and_the_ends_differ() -> None:
    line = [surrogate_quality(cue(number / 200)) for number in range(201)]
    steps = [abs(after - before) for before, after in itertools.pairwise(line)]
    assert max(steps) < 0.05
    assert max(line) - min(line) > 0.1
    assert all(0.0 <= value <= 1.0 for value in line)


def test_each_seed_is_another_function() -> None:
    ends = {round(surrogate_quality(cue(0.5), seed), 6) for seed in range(10)}
    assert len(ends) == 10
    assert 0.05 < statistics.stdev(ends) < 0.45


def test_a_category_is_another_place() -> None:
    assert surrogate_quality(cue(0.5, "left")) != surrogate_quality(cue(0.5, "right"))


def test_a_curve_rises_to_its_end_and_falls_where_less_is_better() -> None:
    good = max((number / 20 for number in range(21)), key=lambda dose: surrogate_quality(cue(dose)))
    rising, falling = surrogate_curve(cue(good)), surrogate_curve(cue(good, maximize=False))
    assert len(rising) == 20
    assert rising[-1] > rising[0]
    assert falling == tuple(round(1.0 - value, 6) for value in rising)
    assert surrogate_curve(cue(good)) == rising


def test_a_training_job_without_ranges_has_a_curve_too() -> None:
    alone = dataclasses.replace(cue(0.5), config={}, ranges={})
    assert len(surrogate_curve(alone, length=3)) == 3


def test_the_length_is_that_of_epochs_or_rounds_within_reason() -> None:
    assert curve_length({"epochs": "7"}) == 7
    assert curve_length({"num_round": "5000"}) == 100
    assert curve_length({"num_round": "many"}) == curve_length({}) == 10
