"""The part of a range that the next round keeps -> that range, in short numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smtune.revise.axis import Axis, rounded
from smtune.revise.legal import Bounds
from smtune.revise.sample import Sample
from smtune.spec import Continuous, Integer
from smtune.spec.ranges import Hyperparameter

_COLLAPSE, _COLLAPSE_JOBS = 0.05, 5
_NOISE = 1e-9


@dataclass(frozen=True)
class Places:
    """Where the training jobs lie on the axis of a range."""

    axis: Axis
    measured: list[float]
    """The best first."""
    best: list[float]
    first: list[float]
    """The best one; several, where they are equally good."""
    failed: list[float]


@dataclass(frozen=True)
class Span:
    """A part of the axis, and how it came about."""

    low: float = 0.0
    high: float = 1.0
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    chance: float | None = None
    failed: int = 0


def range_of(
    range_: Continuous | Integer, span: Span, places: Places, bounds: Bounds, sample: Sample
) -> Hyperparameter:
    """The range of a part of the axis, in short numbers; the one value that is left of a range of whole numbers."""
    if isinstance(range_, Integer):
        return _whole(range_, span, places, bounds, sample)
    axis, best = places.axis, places.axis.value(places.measured[0])
    low, high = rounded(axis.value(span.low), axis.value(span.high))
    low = range_.min if span.low == 0 else min(max(low, bounds.low if span.low < 0 else range_.min), best)
    high = range_.max if span.high == 1 else max(min(high, bounds.high if span.high > 1 else range_.max), best)
    if not low < high or not (math.isfinite(low) and math.isfinite(high)):
        return range_
    return range_.model_copy(update={"min": low, "max": high})


def _whole(range_: Integer, span: Span, places: Places, bounds: Bounds, sample: Sample) -> Hyperparameter:
    best = round(places.axis.value(places.measured[0]))
    ends = [places.axis.value(span.low), places.axis.value(span.high)]
    if not all(math.isfinite(end) for end in ends):
        return range_
    # To the nearest; what is widened at all is widened by 1, and half way to a number that fails does not reach it.
    low = range_.min if span.low == 0 else min(math.ceil(ends[0] - 0.5 + _NOISE), best)
    high = range_.max if span.high == 1 else max(math.floor(ends[1] + 0.5 - _NOISE), best)
    low, high = low - (low == range_.min and span.low < 0), high + (high == range_.max and span.high > 1)
    low, high = max(low, _least(bounds.low, range_.min, span.low)), min(high, _most(bounds.high, range_.max, span.high))
    if low < high:
        return range_.model_copy(update={"min": low, "max": high})
    certain = span.chance is not None and span.chance <= _COLLAPSE and len(places.best) >= _COLLAPSE_JOBS
    if certain and sample.is_enough:
        return best
    return range_.model_copy(update={"min": low, "max": low + 1} if low < range_.max else {"min": low - 1, "max": low})


def _least(bound: float, end: int, place: float) -> int:
    return math.ceil(bound) if place < 0 and math.isfinite(bound) else end if place >= 0 else -(10**18)


def _most(bound: float, end: int, place: float) -> int:
    return math.floor(bound) if place > 1 and math.isfinite(bound) else end if place <= 1 else 10**18
