"""What the training jobs say for and against a direction: the veto over a textbook's remedy."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from past_jobs import TRAIN, Loss, of, past

from smtune.history import History, Trend, study
from smtune.history.counterpart import find_counterpart
from smtune.history.direction import gaps_of, observe_gap, trends


def with_training(loss: Loss, training: Loss, jobs: int = 40) -> History:
    """Training jobs with a final training loss, too."""
    history = past(loss, jobs, noise=0.02)
    places = history.sample.places
    runs = [
        dataclasses.replace(each, metrics={TRAIN: training(place)})
        for each, place in zip(history.runs, places, strict=True)
    ]
    return of(runs)


def of_rate(history: History) -> Trend:
    return next(each for each in trends(history) if each.hyperparameter == "rate")


def test_what_lowers_the_loss_is_supported_and_its_opposite_contradicted() -> None:
    rate = of_rate(past(lambda place: -place[0], 40, noise=0.1))
    assert (rate.towards("up"), rate.towards("down")) == ("supported", "contradicted")
    assert "raising rate is supported by 40 training jobs" in rate.tell("up")


def test_regularisation_that_closes_the_gap_and_raises_the_loss_is_contradicted() -> None:
    """A higher rate (think of lambda) raises both losses, the training loss more: the gap shrinks."""
    history = with_training(lambda place: place[0], lambda place: 3 * place[0] - 3)
    rate = of_rate(history)
    assert rate.towards_smaller_gap("up") == "supported"
    assert rate.towards("up") == "contradicted"
    (found,) = observe_gap(history)
    assert found.verdict == "present"
    assert "regularisation" in found.sentence


def test_where_the_gap_is_what_hurts_that_is_said() -> None:
    history = with_training(lambda place: place[0], lambda _: 0.0)
    assert next(observe_gap(history)).verdict == "absent"


def test_what_was_varied_without_effect_is_undecided_and_what_was_not_is_untested() -> None:
    history = past(lambda place: place[1], 40, noise=0.5)
    assert of_rate(history).towards("up") == "undecided"
    same = of(
        [dataclasses.replace(each, hyperparameters={**each.hyperparameters, "rate": 0.01}) for each in history.runs]
    )
    assert of_rate(same).towards("up") == "untested"
    lessons = study(same)
    assert lessons.support("rate", "down") == "untested"
    assert lessons.support("never_heard_of", "up") == "untested"
    assert "untested" in lessons.trend("never_heard_of").tell("up")


def test_without_training_metrics_the_gap_is_unknown() -> None:
    rate = of_rate(past(lambda place: place[0], 40))
    assert (rate.gap, rate.towards_smaller_gap("up")) == (None, "untested")
    assert next(observe_gap(past(sum, 40))).verdict == "not enough evidence"


@settings(max_examples=15)
@given(st.floats(0.1, 1000), st.floats(-100, 100))
def test_units_and_the_sign_of_the_metric_change_no_direction(factor: float, shift: float) -> None:
    history = past(lambda place: place[0], 30, noise=0.3)
    changed = [dataclasses.replace(each, objective=shift - factor * (each.objective or 0.0)) for each in history.runs]
    turned = of(changed, is_maximized=True)
    before, after = of_rate(history), of_rate(turned)
    assert before.towards("up") == after.towards("up")
    assert before.loss_p == pytest.approx(after.loss_p)


def test_a_gap_of_a_maximized_metric_is_training_minus_validation() -> None:
    run = dataclasses.replace(past(sum, 1).runs[0], objective=0.8, metrics={TRAIN: 0.95})
    assert gaps_of(of([run], is_maximized=True)).tolist() == pytest.approx([0.15])


@pytest.mark.parametrize(
    ("metric", "names", "expected"),
    [
        ("validation:error", ["validation:error", "train:rmse", "train:error"], "train:error"),
        ("val_loss", ["loss", "val_loss"], "loss"),
        ("valLoss", ["trainLoss", "valLoss"], "trainLoss"),
        ("val_loss", ["train_loss", "loss"], "train_loss"),
        ("validation:error", ["train:merror"], None),
        ("score", ["train:score", "score"], None),
        ("validation", ["train"], None),
    ],
)
def test_the_counterpart_on_training_rows_is_found_by_name(metric: str, names: list[str], expected: str | None) -> None:
    assert find_counterpart(metric, names) == expected
