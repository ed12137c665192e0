"""Metrics become losses by their direction, and what nobody reports is refused."""

from __future__ import annotations

import pytest

from smtune.errors import UsageError
from smtune.growth.measure import Measure, Names, measure

METRICS = {"validation:auc": 0.9, "train:auc": 1.0, "validation:rmse": 3.0, "score": 90.0, "accuracy": 95.0}


def found(objective: str, *, is_maximized: bool, **names: str) -> Measure:
    return measure(Names(**names), METRICS, objective=objective, is_maximized=is_maximized)


def test_a_known_score_is_what_it_lacks_to_one() -> None:
    auc = found("validation:auc", is_maximized=True)
    assert (auc.label, auc.train_metric, auc.is_floored) == ("1 - validation:auc", "train:auc", True)
    assert auc.validation(METRICS) == pytest.approx(0.1)
    assert auc.training(METRICS) == 0


def test_a_loss_is_as_it_is_and_an_unknown_score_is_negative() -> None:
    rmse = found("validation:rmse", is_maximized=False)
    assert (rmse.label, rmse.validation(METRICS), rmse.train_metric, rmse.is_floored) == (
        "validation:rmse", 3.0, None, True,
    )  # fmt: skip
    score = found("score", is_maximized=True)
    assert (score.label, score.validation(METRICS), score.is_floored) == ("-score", -90.0, False)
    assert not found("score", is_maximized=False).is_floored, "it may go below 0, for all that is known"
    percent = found("accuracy", is_maximized=True)
    assert (percent.label, percent.is_floored) == ("-accuracy", False), "1 - 95 is no rate"
    assert found("validation:auc", is_maximized=False).form == "loss", "the job says which way is better"


def test_what_is_no_number_is_no_loss() -> None:
    auc = found("validation:auc", is_maximized=True)
    assert auc.validation({"validation:auc": float("nan")}) is None
    assert auc.validation({}) is None
    assert Measure("score", None, "loss").training(METRICS) is None


def test_another_metric_than_the_objective_must_be_known_and_reported() -> None:
    other = found("score", is_maximized=True, metric="validation:auc")
    assert (other.metric, other.train_metric, other.form) == ("validation:auc", "train:auc", "complement")
    named = found("score", is_maximized=True, train_metric="accuracy")
    assert named.train_metric == "accuracy"
    with pytest.raises(UsageError, match="reports no f2: it has accuracy, score"):
        found("score", is_maximized=True, metric="f2")
    with pytest.raises(UsageError, match="reports no f2"):
        found("score", is_maximized=True, train_metric="f2")
    with pytest.raises(UsageError, match="the metric 'score' is not known"):
        found("validation:auc", is_maximized=True, metric="score")
