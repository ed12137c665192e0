"""Thousands of points in a small chart: the best are there, and of the rest as many as can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from smtune.reporting.model import Row

Item = TypeVar("Item")
POINTS = 500
"""In one chart of points."""
LINES = 300
"""In one chart of lines."""
_BEST = 50
"""Of these many of the best none is left out."""


def spread(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """At most so many of them, evenly spread, with the first and the last; always the same ones."""
    if len(items) <= most:
        return tuple(items)
    if most < 2:
        return tuple(items[:most])
    step = (len(items) - 1) / (most - 1)
    return tuple(items[round(index * step)] for index in range(most))


def sample_rows(ranked: Sequence[Row], most: int) -> tuple[Row, ...]:
    """At most so many rows, the best first: the best ones, then from the best to the worst with even steps."""
    if len(ranked) <= most:
        return tuple(ranked)
    best = min(_BEST, most // 2)
    return (*ranked[:best], *spread(ranked[best:], most - best))
