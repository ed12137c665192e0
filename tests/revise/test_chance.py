"""The probabilities behind a revision are exact: they are those of counting every draw."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.revise.chance import absence, closeness, excess

places = st.lists(st.integers(0, 20).map(lambda number: number / 20), min_size=1, max_size=9)


@given(places, st.integers(1, 9), st.integers(0, 20).map(lambda number: number / 20))
def test_closeness_is_the_share_of_draws_that_lie_so_close(positions: list[float], drawn: int, spread: float) -> None:
    draws = list(combinations(sorted(positions), drawn))
    close = sum(draw[-1] - draw[0] <= spread + 1e-12 for draw in draws)
    assert closeness(positions, drawn, spread) == pytest.approx(close / len(draws) if draws else 1.0)


@given(st.integers(1, 9), st.data())
def test_absence_and_excess_are_the_share_of_draws(total: int, data: st.DataObject) -> None:
    marked, drawn = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    draws = [sum(item < marked for item in draw) for draw in combinations(range(total), drawn)]
    assert absence(total, marked, drawn) == pytest.approx(draws.count(0) / len(draws))
    for found in range(drawn + 1):
        share = sum(count >= found for count in draws) / len(draws)
        assert excess(total, marked, drawn, found) == pytest.approx(share)
