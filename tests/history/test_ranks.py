"""Partial rank correlation: against a direct computation, and the correction for many tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from past_jobs import past
from scipy.stats import spearmanr

from smtune.history.ranks import controls, holm, partial


def test_without_anything_held_it_is_spearmans_correlation() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=30), rng.normal(size=30)
    found = partial(one, other, np.empty((30, 0)))
    expected = spearmanr(one, other)
    assert found is not None
    assert found.value == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.free == 28


def test_what_goes_through_a_third_is_taken_out() -> None:
    rng = np.random.default_rng(2)
    cause = rng.random(200)
    loss, bystander = cause + 0.05 * rng.normal(size=200), cause + 0.2 * rng.normal(size=200)
    alone, held = partial(loss, bystander, np.empty((200, 0))), partial(loss, bystander, cause[:, None])
    assert alone is not None
    assert held is not None
    assert alone.value > 0.8
    assert held.p > 0.05


def test_few_jobs_are_not_looked_at() -> None:
    assert partial(np.arange(6.0), np.arange(6.0)[::-1], np.eye(6)[:, :2]) is None


def test_what_is_held_may_be_all_there_is() -> None:
    values = np.arange(20.0)
    assert partial(values, values, values[:, None]) is None


def test_squares_are_held_only_where_enough_is_left() -> None:
    assert controls(past(sum, 40).sample, 0).shape == (40, 3), "order, depth and its square"
    assert controls(past(sum, 11).sample, 0).shape == (11, 2), "order and depth"


def test_holm_is_that_of_the_book() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_corrected_chance_is_never_lower_and_keeps_the_order(chances: list[float]) -> None:
    found = holm(chances)
    assert all(1.0 >= after >= before for before, after in zip(chances, found, strict=True))
    order = sorted(range(len(chances)), key=lambda each: chances[each])
    assert [found[each] for each in order] == sorted(found)
