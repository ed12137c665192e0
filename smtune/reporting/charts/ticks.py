"""Ticks on a hyperparameter's own scale: powers of ten for a logarithmic one, words for a category."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Literal

from smtune.reporting.axes import place_on
from smtune.reporting.model import Axis
from smtune.reporting.words import number

_LONGEST = 14
_DIGITS, _MOST_DIGITS = 3, 12


def ticks(axis: Axis, most: int = 5) -> tuple[list[float], list[str]]:
    """Places from 0 to 1 on the axis, and what stands there."""
    if axis.kind == "category":
        step = max(1, math.ceil(len(axis.choices) / (2 * most)))
        shown = axis.choices[::step]
        return [place_on(axis, each) or 0.0 for each in shown], [short(each) for each in shown]
    values = dict.fromkeys((axis.low, *_between(axis, most), axis.high))
    places = [(place_on(axis, value), value) for value in values]
    kept = _apart([(place, value) for place, value in places if place is not None and -0.001 <= place <= 1.001], most)
    return [place for place, _ in kept], _different([value for _, value in kept])


def _different(values: Sequence[float]) -> list[str]:
    """With as few digits as tell them apart."""
    for digits in range(_DIGITS, _MOST_DIGITS):
        texts = [number(value, digits) for value in values]
        if len(set(texts)) == len(values):
            return texts
    return [number(value, _MOST_DIGITS) for value in values]


def side_of(place: float) -> Literal["left", "center", "right"]:
    """How a text at a place from 0 to 1 is aligned, so that it stays between both ends."""
    return "left" if place < 0.05 else "right" if place > 0.95 else "center"


def short(text: str, most: int = _LONGEST) -> str:
    """A word that has room: both its ends, for names often differ in the last letters only."""
    if _width(text) <= most:
        return text
    half = (most - 1) / 2
    first = next(count for count in range(len(text), -1, -1) if _width(text[:count]) <= half)
    last = next(count for count in range(len(text) + 1) if _width(text[count:]) <= half)
    return f"{text[:first]}\N{HORIZONTAL ELLIPSIS}{text[last:]}"


def _width(text: str) -> int:
    """In letters; one of the Chinese, Japanese or Korean script is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


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
