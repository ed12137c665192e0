"""How sure a measured loss is: against scipy's limits, published figures, and simulated coverage."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from smtune.diagnosis.interval import contrast, deviates
from smtune.diagnosis.level import Level
from smtune.diagnosis.quantity import read_number
from smtune.diagnosis.spread import Area, Counted, Deviation, Spread

Z95 = NormalDist().inv_cdf(0.975)


def level(name: str, value: float, spread: Spread | None) -> Level:
    return Level(name, read_number("value", value), spread)  # type: ignore[arg-type]


@given(rows=st.integers(1, 100_000), part=st.floats(0, 1))
def test_a_rate_has_wilsons_limits(rows: int, part: float) -> None:
    wrong = round(part * rows)
    known = stats.binomtest(wrong, rows).proportion_ci(0.95, method="wilson")
    low, high = Counted(rows).limits(wrong / rows, Z95)
    assert low == pytest.approx(known.low, abs=1e-9)
    assert high == pytest.approx(known.high, abs=1e-9)


def test_no_wrong_row_is_no_proof_of_no_error() -> None:
    low, high = Counted(400).limits(0.0, Z95)
    assert low == 0
    assert high == pytest.approx(0.0095, abs=1e-4)
    assert Counted(400).error(0.0) > 0


def test_the_error_of_an_auc_is_hanley_and_mcneils() -> None:
    """Their example (Radiology 143, 1982): 51 abnormal and 58 normal cases, an area of 0.893, an error of 0.032."""
    assert Area(51, 58).error(1 - 0.893) == pytest.approx(0.032, abs=6e-4)


@pytest.mark.parametrize("value", [0.0, 0.01, 0.3, 0.99, 1.0])
def test_the_limits_of_an_auc_stay_within_0_and_1_and_hold_the_value(value: float) -> None:
    low, high = Area(20, 80).limits(value, Z95)
    assert 0 <= low <= value <= high <= 1


@pytest.mark.parametrize("spread", [Counted(200), Area(40, 160), Deviation(0.02, 200)])
def test_four_times_the_rows_halve_the_error(spread: Spread) -> None:
    assert spread.rows == 200
    assert spread.grown(4).rows == 800
    assert spread.grown(4).error(0.1) == pytest.approx(spread.error(0.1) / 2, rel=0.06)
    narrow, wide = spread.grown(4).limits(0.1, Z95), spread.limits(0.1, Z95)
    assert wide[0] < narrow[0] < 0.1 < narrow[1] < wide[1]


@pytest.mark.parametrize(
    ("rates", "rows"), [((0.02, 0.06), (700, 150)), ((0.01, 0.01), (100, 1500)), ((0.3, 0.33), (50, 50))]
)
def test_the_difference_of_two_rates_is_covered_as_often_as_claimed(
    rates: tuple[float, float], rows: tuple[int, int]
) -> None:
    rng = np.random.default_rng(7)
    samples, within = 1500, 0
    for _ in range(samples):
        start, end = (rng.binomial(count, rate) / count for rate, count in zip(rates, rows, strict=True))
        both = level("train", start, Counted(rows[0])), level("validation", end, Counted(rows[1]))
        low, high = contrast({"validation": 1.0, "train": -1.0}, both, Z95)
        within += low <= rates[1] - rates[0] <= high
    assert within / samples > 0.95 - 3 * math.sqrt(0.05 * 0.95 / samples)


def test_an_exact_level_adds_no_width() -> None:
    levels = level("human", 0.01, None), level("train", 0.05, Counted(1000))
    low, high = contrast({"train": 1.0, "human": -1.0}, levels, Z95)
    alone = Counted(1000).limits(0.05, Z95)
    assert (low, high) == pytest.approx((alone[0] - 0.01, alone[1] - 0.01))


def test_more_verdicts_take_wider_intervals_from_the_third_on() -> None:
    assert deviates(0.95, 1) == deviates(0.95, 2) == pytest.approx(1.96, abs=1e-3)
    assert deviates(0.95, 2) < deviates(0.95, 3) < deviates(0.95, 4) == pytest.approx(2.241, abs=1e-3)
    assert deviates(0.99, 2) > deviates(0.95, 2)
