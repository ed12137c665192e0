"""Ticks on a hyperparameter's own scale: powers of ten for a logarithmic one, words for a category."""

from __future__ import annotations

import math

from smtune.reporting.axes import place_on
from smtune.reporting.model import Axis
from smtune.reporting.words import number

_LONGEST = 14


def ticks(axis: Axis, most: int = 5) -> tuple[list[float], list[str]]:
    """Places from 0 to 1 on the axis, and what stands there."""
    if axis.kind == "category":
        step = max(1, math.ceil(len(axis.choices) / (2 * most)))
        shown = axis.choices[::step]
        return [place_on(axis, each) or 0.0 for each in shown], [short(each) for each in shown]
    values = dict.fromkeys((axis.low, *_between(axis, most), axis.high))
    places = [(place_on(axis, value), value) for value in values]
    kept = _apart([(place, value) for place, value in places if place is not None and -0.001 <= place <= 1.001], most)
    return [place for place, _ in kept], [number(value, 3) for _, value in kept]


def short(text: str, most: int = _LONGEST) -> str:
    """A word that has room."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _between(axis: Axis, most: int) -> list[float]:
    if axis.scale == "log" and axis.low > 0:
        first, last = math.ceil(math.log10(axis.low)), math.floor(math.log10(axis.high))
        return [10.0**power for power in range(first, last + 1)]
    if axis.scale == "reverse-log":
        return [1 - 10.0**-power for power in range(1, 9) if axis.low < 1 - 10.0**-power < axis.high]
    width = axis.high - axis.low
    if not width > 0 or not math.isfinite(width):
        return []
    raw = width / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    step = max(1.0, round(step)) if axis.kind == "integer" else step
    first = math.ceil(axis.low / step)
    return [float(f"{index * step:.10g}") for index in range(first, first + 2 * most) if index * step < axis.high]


def _apart(found: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Both ends, and between them those that have room."""
    ordered = sorted(found)
    if len(ordered) < 3:
        return ordered
    room, kept = 0.7 / most, ordered[:1]
    for item in ordered[1:-1]:
        if item[0] - kept[-1][0] >= room and ordered[-1][0] - item[0] >= room:
            kept.append(item)
    return [*kept, ordered[-1]]
