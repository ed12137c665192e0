"""The studentized range agrees with scipy's, which is slow."""

from __future__ import annotations

import pytest
from scipy import stats

from smtune.verify.studentized import exceeds, quantile


@pytest.mark.parametrize(("count", "df"), [(2, 1.0), (2, 4.0), (3, 8.0), (4, 2.5), (10, 36.0)])
def test_quantiles_and_chances_are_scipys(count: int, df: float) -> None:
    width = quantile(0.95, count, df)
    assert width == pytest.approx(float(stats.studentized_range.ppf(0.95, count, df)), rel=1e-6)
    for half in (width / 3, width * 1.5):
        assert exceeds(half, count, df) == pytest.approx(float(stats.studentized_range.sf(half, count, df)), abs=1e-7)


def test_two_means_are_students_t() -> None:
    assert quantile(0.95, 2, 7.0) == pytest.approx(float(stats.t.ppf(0.975, 7)) * 2**0.5, rel=1e-6)


def test_a_width_of_nothing_is_always_exceeded() -> None:
    assert exceeds(0.0, 3, 5.0) == 1.0
