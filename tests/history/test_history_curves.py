"""Learning curves: still falling, past the best epoch, rough, exploding."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from past_jobs import AXES, TRAIN, VALIDATION, of, past, run, with_curve

from smtune.history import History, Run
from smtune.history.curves import falling, rising, roughness
from smtune.history.divergence import observe_divergence
from smtune.history.falling import observe_falling
from smtune.history.overfitting import observe_overfitting
from smtune.history.stability import observe_epochs

TIME = np.linspace(0.0, 1.0, 40)
NOISE = 0.01 * np.random.default_rng(0).normal(size=40)
FALLING, SETTLED, TURNING = 1 - 0.8 * TIME, np.exp(-12 * TIME), np.exp(-12 * TIME) + np.maximum(0, TIME - 0.5)

ROUNDS = [(number, 1 + number % 10) for number in range(40)]


def curve(values: np.ndarray) -> list[float]:
    return [float(each) for each in values]


def test_a_training_loss_that_falls_to_its_end_wants_more_epochs() -> None:
    (found,) = observe_falling(of([with_curve(curve(SETTLED + NOISE), curve(FALLING + NOISE))]))
    assert found.verdict == "present"
    assert found.numbers["metric"] == TRAIN
    assert found.numbers["gain"] == pytest.approx(0.8 * 10 / 39, rel=0.15), "what another 10 of 40 steps bring"


def test_nobody_is_told_to_train_longer_and_to_stop_earlier() -> None:
    """The training loss falls to the end while the validation loss rises: more epochs are no improvement."""
    history = of([with_curve(curve(TURNING + NOISE), curve(FALLING + NOISE))])
    assert next(observe_overfitting(history)).verdict == "present"
    (found,) = observe_falling(history)
    assert found.verdict == "absent"
    assert "had passed its best" in found.sentence


def test_a_metric_that_counts_rows_has_noise_though_most_of_its_steps_are_equal() -> None:
    rng = np.random.default_rng(3)
    counts = np.array([round(20 * math.exp(-step / 3)) + 5 + int(rng.random() < 0.2) for step in range(60)]) / 86
    assert np.median(np.abs(np.diff(counts))) == 0
    assert roughness(counts) > 0.2 / 86
    assert next(observe_overfitting(of([with_curve([*curve(counts), 6 / 86])], whole_gap=0.01))).verdict == "absent"


def test_one_that_has_settled_does_not() -> None:
    (found,) = observe_falling(of([with_curve(curve(FALLING), curve(SETTLED + NOISE))]))
    assert found.verdict == "absent"


def test_a_fall_too_small_to_matter_is_told_as_such() -> None:
    slow = SETTLED - 0.01 * TIME
    (found,) = observe_falling(of([with_curve(curve(slow))], whole_gap=1.0))
    assert found.verdict == "absent"
    assert "below 5 % of 1" in found.sentence
    (material,) = observe_falling(of([with_curve(curve(slow))], whole_gap=0.01))
    assert material.verdict == "present", "against a smaller gap the same fall is material"


def test_an_accuracy_that_rises_falls_as_a_loss() -> None:
    history = of([with_curve(curve(1 - FALLING))], is_maximized=True)
    assert next(observe_falling(history)).verdict == "present"


def test_the_best_epoch_before_the_end_is_named() -> None:
    (found,) = observe_overfitting(of([with_curve(curve(TURNING + NOISE))]))
    assert found.verdict == "present"
    assert float(found.numbers["step"] or 0) == pytest.approx(20, abs=5)


@pytest.mark.parametrize("values", [SETTLED + NOISE, FALLING + NOISE])
def test_a_curve_that_only_trembles_has_not_passed_its_best(values: np.ndarray) -> None:
    assert next(observe_overfitting(of([with_curve(curve(values))], whole_gap=0.01))).verdict == "absent"


def test_of_flat_curves_noise_is_taken_for_a_rise_in_5_of_100() -> None:
    rises = [rising(np.random.default_rng(seed).normal(size=40)) for seed in range(200)]
    assert 2 <= sum(each is not None and each.is_beyond_noise for each in rises) <= 20


def test_long_curves_are_read_as_well_as_short_ones() -> None:
    time = np.linspace(0.0, 1.0, 3_001)
    noise = 0.01 * np.random.default_rng(0).normal(size=3_001)
    fall, rise = falling(1 - 0.8 * time + noise), rising(np.exp(-12 * time) + np.maximum(0, time - 0.5) + noise)
    assert fall is not None
    assert fall.gain == pytest.approx(0.2, rel=0.1)
    assert rise is not None
    assert rise.is_beyond_noise
    assert 500 < rise.at < 2_000


@pytest.mark.parametrize("values", [[], [1.0] * 7, [math.nan] * 20])
def test_curves_that_cannot_be_read_are_told(values: list[float]) -> None:
    best = dataclasses.replace(with_curve([1.0, *values]), objective=0.5)
    history = of([best])
    assert next(observe_falling(history)).verdict in ("not enough evidence", "absent")
    assert next(observe_overfitting(history)).verdict in ("not enough evidence", "absent")
    assert next(observe_falling(of([]))).verdict == "not enough evidence"
    assert next(observe_overfitting(of([]))).verdict == "not enough evidence"


def shaken(much: float) -> History:
    """30 training jobs whose validation loss trembles, the more the higher the rate."""
    rng = np.random.default_rng(0)
    history = past(lambda place: place[1], 30)
    runs = []
    for each, place in zip(history.runs, history.sample.places, strict=True):
        tremble = much * (0.2 + 2 * place[0]) * rng.normal(size=40)
        values = tuple(enumerate(float(value) for value in (each.objective or 0.0) + tremble))
        runs.append(dataclasses.replace(each, curves={VALIDATION: values}))
    return of(runs)


def test_a_metric_that_jumps_from_epoch_to_epoch_is_unstable_and_the_cause_is_named() -> None:
    (found,) = observe_epochs(shaken(1.0))
    assert (found.verdict, found.hyperparameter) == ("present", "rate")
    assert "higher rate" in found.sentence


def test_one_that_does_not_is_stable() -> None:
    assert next(observe_epochs(shaken(0.01))).verdict == "absent"
    assert next(observe_epochs(past(sum, 30))).verdict == "not enough evidence"


def diverging(bad: Run) -> History:
    """Training jobs with a rate in the upper fifth end like `bad`."""
    history = past(lambda place: place[1], 40)
    fine = {TRAIN: tuple(enumerate(curve(SETTLED)))}
    return of(
        [
            dataclasses.replace(bad, name=each.name, hyperparameters=each.hyperparameters)
            if place[0] > 0.8
            else dataclasses.replace(each, curves=fine)
            for each, place in zip(history.runs, history.sample.places, strict=True)
        ]
    )


@pytest.mark.parametrize(
    "bad",
    [
        Run("", {}, None, metrics={VALIDATION: math.nan}),
        Run("", {}, 1.0, curves={TRAIN: ((0, 1.0), (1, math.inf))}),
        Run("", {}, 1.0, curves={TRAIN: ((0, 1.0), (1, 1e6))}),
    ],
    ids=["nan", "infinite", "exploded"],
)
def test_what_diverges_is_found_with_the_place_in_the_ranges(bad: Run) -> None:
    (found,) = observe_divergence(diverging(bad))
    assert (found.verdict, found.hyperparameter, found.numbers["side"]) == ("present", "rate", "upper")
    assert float(found.numbers["cut"] or 0) > 1e-4 * 1e4**0.8
    assert found.numbers["diverged"] == found.numbers["there"]


def test_a_job_that_diverges_anywhere_is_told_without_a_place() -> None:
    runs = [run(number, AXES, [number / 20, 0.5], None if number == 7 else 1.0) for number in range(20)]
    runs[7] = dataclasses.replace(runs[7], metrics={VALIDATION: math.inf})
    (found,) = observe_divergence(of(runs))
    assert (found.verdict, found.hyperparameter) == ("present", None)


def test_where_none_did_none_is_told() -> None:
    assert next(observe_divergence(past(sum, 20))).verdict == "absent"
    assert next(observe_divergence(of([]))).verdict == "not enough evidence"


def test_what_failed_without_a_metric_may_have_diverged() -> None:
    failed = [run(number, AXES, [0.5, 0.5], None, status="Failed") for number in range(6)]
    assert next(observe_divergence(of(failed))).verdict == "not enough evidence"
    (found,) = observe_divergence(of([*failed, run(6, AXES, [0.5, 0.5], 1.0)]))
    assert found.sentence == "None of 1 training job with a metric diverged."


def test_the_first_value_that_diverges_is_within_what_is_said_to_diverge() -> None:
    runs = [run(number, AXES, [0.5, depth / 10 - 0.05], None if depth > 7 else 1.0) for number, depth in ROUNDS]
    bad = [
        dataclasses.replace(each, metrics={VALIDATION: math.nan}) if each.objective is None else each for each in runs
    ]
    (found,) = observe_divergence(of(bad))
    assert found.numbers["cut"] == 8
    assert "12 of 12 with depth 8 or more" in found.sentence
