"""Tuning jobs beside each other: what they asked for otherwise, what came out, and whether that can be compared."""

from __future__ import annotations

from typing import Any

import pytest
from fake_tuning import FakeTuning

from smtune.estimate import PriceTable, Tariff
from smtune.estimate.prices import Price, Source
from smtune.results import pull
from smtune.results.side_by_side import Comparison, side_by_side

SOURCE = Source("2026-01-01", "a test")
TARIFF = Tariff("eu-west-1", "EUR", {"ml.m5.large": Price(3.6, SOURCE)}, storage=Price(730 * 3.6, SOURCE))
PRICES = PriceTable("EUR", {"eu-west-1": TARIFF})


def compared(*services: FakeTuning) -> Comparison:
    return side_by_side([pull(service.session(), service.name) for service in services], PRICES)


def job(name: str, best: int, **fields: Any) -> FakeTuning:
    service = FakeTuning(name=name, **fields)
    for number in range(1, best + 1):
        service.add(number)
    return service


def test_the_better_one_of_two_that_can_be_compared_is_named() -> None:
    found = compared(job("one", 3), job("two", 5, static={"epochs": "90"}))
    assert found.caveats == ()
    assert found.winner is not None
    assert found.winner.name == "two"
    (difference,) = found.differences["two"]
    assert (difference.path, difference.before, difference.after) == (
        "TrainingJobDefinition.StaticHyperParameters.epochs",
        "60",
        "90",
    )
    one, two = found.sides
    assert (one.completed, two.completed) == (3, 5)
    assert (one.billable_seconds, two.billable_seconds) == (1800, 3000)
    assert one.best is not None
    assert one.best.hyperparameters == {"eta": 0.003, "depth": 4}
    assert one.cost == pytest.approx(1800 * 0.031)
    assert two.cost == pytest.approx(3000 * 0.031)


def test_another_metric_is_no_better_or_worse() -> None:
    found = compared(job("one", 3), job("two", 5, metrics=("validation:auc",)))
    assert found.winner is None
    assert found.caveats == ("two has another objective: validation:auc minimized, one has validation:loss minimized",)
    assert found.to_dict()["comparable"] is False


def test_a_job_without_a_result_has_no_best() -> None:
    found = compared(job("one", 3), job("two", 0, status="InProgress"))
    assert found.sides[1].best is None
    assert found.sides[1].seconds is None
    assert found.winner is not None
    assert found.winner.name == "one"
