"""A range of numbers and how its training jobs ended -> the range of the next round, or the one value left of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from smtune.revise.axis import Axis, rounded
from smtune.revise.chance import closeness
from smtune.revise.failures import FailingEnd, failing_end
from smtune.revise.legal import Bounds
from smtune.revise.model import Evidence
from smtune.revise.sample import Sample, numbers
from smtune.revise.verdict import Verdict
from smtune.spec import Continuous, Integer
from smtune.spec.ranges import Hyperparameter

_LIKELY = 0.2
"""Best jobs that lie together with a higher probability even if the hyperparameter did not matter say nothing."""
_FEWEST = 3
_NARROWEST, _NARROWEST_OF_FEW = 0.25, 0.75
"""How much of a range one round leaves at least."""
_EDGE = 0.05
_NEAR = 0.25
_MOST_WIDER, _LITTLE_WIDER = 0.5, 0.25
_DECADE = math.log(10)
_COLLAPSE, _COLLAPSE_JOBS = 0.05, 5
_NOISE = 1e-9


@dataclass(frozen=True)
class _Places:
    """Where the training jobs lie on the axis of a range."""

    axis: Axis
    measured: list[float]
    """The best first."""
    best: list[float]
    failed: list[float]


@dataclass(frozen=True)
class _Span:
    """A part of the axis, and how it came about."""

    low: float = 0.0
    high: float = 1.0
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    chance: float | None = None
    failed: int = 0


def revise_number(name: str, range_: Continuous | Integer, sample: Sample, bounds: Bounds) -> Verdict:
    """The next range: narrowed around the best, widened where the best is at an end, cut where training jobs fail."""
    axis = Axis.of(range_)
    if axis is None:
        return Verdict(range_, notes=(f"{name}: unchanged, its range cannot be computed with",))
    places = _Places(
        axis, *(_within(axis, numbers(each, name)) for each in (sample.measured, sample.best, sample.failed))
    )
    if not places.measured:
        return Verdict(range_)
    span = _narrowed(places, sample)
    span = _widened(span, places, bounds)
    span = _cut(span, places, whole=isinstance(range_, Integer))
    evidence = Evidence(len(places.measured), len(places.best), span.failed, span.chance)
    after = _range(range_, span, places, bounds, sample)
    notes = tuple(f"{name}: {note}" for note in span.notes)
    if after == range_:
        return Verdict(range_, notes=notes or (f"{name}: unchanged, it keeps its range",), evidence=evidence)
    if not isinstance(after, Continuous | Integer):
        return Verdict(after, (*span.reasons, "one value is left of it"), notes, evidence)
    return Verdict(after, tuple(_true(span.reasons, range_, after)), notes, evidence)


def _true(reasons: tuple[str, ...], before: Continuous | Integer, after: Continuous | Integer) -> Iterator[str]:
    """The reasons that show in the new range: rounding to whole numbers, or a cut, may have undone others."""
    inward = after.min > before.min or after.max < before.max
    shows = {
        "narrowed": inward,
        "widened at the lower": after.min < before.min,
        "widened at the upper": after.max > before.max,
        "cut above": after.max < before.max,
        "cut below": after.min > before.min,
    }
    return (reason for reason in reasons if any(reason.startswith(start) and it for start, it in shows.items()))


def _within(axis: Axis, values: list[float]) -> list[float]:
    """The places of the values that the range has; others are of another job."""
    return [min(1.0, max(0.0, axis.unit(value))) for value in values if axis.low <= value <= axis.high]


def _narrowed(places: _Places, sample: Sample) -> _Span:
    count, total = len(places.best), len(places.measured)
    low, high = min(places.best), max(places.best)
    chance = closeness(places.measured, count, high - low)
    if count < _FEWEST or count >= total:
        return _Span(notes=(f"not narrowed, the best {count} of {total} training jobs tell too little",))
    if chance > _LIKELY:
        note = f"not narrowed, the best {count} of {total} are spread like all (chance {chance:.2f})"
        return _Span(notes=(note,), chance=chance)
    # The ends of a sample lie inside of what it was drawn from, on average by one of its gaps.
    pad = max((high - low) / (count - 1), _EDGE / 2)
    narrowest = _NARROWEST if sample.is_enough else _NARROWEST_OF_FEW
    low, high = _at_least(max(0.0, low - pad), min(1.0, high + pad), narrowest)
    if (low, high) == (0.0, 1.0):
        return _Span(chance=chance)
    reason = (
        f"narrowed to where the best {count} of {total} training jobs lie (chance {chance:.2g} if it did not matter)"
    )
    if not sample.is_enough:
        reason += f"; a little only, {sample.wanted} would be enough"
    return _Span(low, high, (reason,), chance=chance)


def _at_least(low: float, high: float, width: float) -> tuple[float, float]:
    """The part of 0 to 1 that is `width` wide or more, around the same middle as far as there is room."""
    if high - low >= width:
        return low, high
    low = min(max(0.0, (low + high - width) / 2), 1 - width)
    return low, low + width


def _widened(span: _Span, places: _Places, bounds: Bounds) -> _Span:
    best, axis = places.measured[0], places.axis
    if _EDGE < best < 1 - _EDGE:
        return span
    is_low = best <= _EDGE
    end, limit = (axis.low, bounds.low) if is_low else (axis.high, bounds.high)
    why = bounds.why_low if is_low else bounds.why_high
    side, shown = ("lower" if is_low else "upper"), f"{axis.value(best):.4g}"
    if end == limit:
        note = f"not widened, though the best, {shown}, lies at its {side} end: {why or 'it cannot go further'}"
        return replace(span, notes=(*span.notes, note))
    near = sum(place <= _NEAR if is_low else place >= 1 - _NEAR for place in places.best)
    most = 2 * near > len(places.best)
    wider = _MOST_WIDER if most else _LITTLE_WIDER
    if axis.scale == "log":
        wider = min(wider, _DECADE / axis.length)
    words = "by half of it, most of the best lie there" if most else "by a quarter of it"
    reason = f"widened at the {side} end, where the best lies ({shown}), {words}"
    ends = {"low": -wider} if is_low else {"high": 1 + wider}
    return replace(span, reasons=(*span.reasons, reason), notes=(), **ends)  # type: ignore[arg-type]


def _cut(span: _Span, places: _Places, *, whole: bool) -> _Span:
    """Without the ends in which training jobs fail."""
    inner, outer = min(places.best), max(places.best)
    above = failing_end(places.measured, places.failed, outer)
    below = failing_end([-place for place in places.measured], [-place for place in places.failed], -inner)
    if above is not None:
        cut = _between(places.axis, above.last_good, above.first_bad, whole=whole)
        span = _without(span, replace(span, high=min(cut, span.high)), above, f"above {places.axis.value(cut):.4g}")
    if below is not None:
        cut = _between(places.axis, -below.last_good, -below.first_bad, whole=whole)
        span = _without(span, replace(span, low=max(cut, span.low)), below, f"below {places.axis.value(cut):.4g}")
    return span


def _between(axis: Axis, one: float, other: float, *, whole: bool) -> float:
    """Half way between two places; of whole numbers, half way in numbers, so that the outer one is rounded away."""
    return axis.unit((axis.value(one) + axis.value(other)) / 2) if whole else (one + other) / 2


def _without(before: _Span, after: _Span, end: FailingEnd, side: str) -> _Span:
    if after == before:
        return before
    return replace(after, reasons=(*after.reasons, end.describe(side)), notes=(), failed=after.failed + end.failed)


def _range(
    range_: Continuous | Integer, span: _Span, places: _Places, bounds: Bounds, sample: Sample
) -> Hyperparameter:
    """The range of a part of the axis, in short numbers; the one value that is left of a range of whole numbers."""
    axis, best = places.axis, places.axis.value(places.measured[0])
    ends = [axis.value(span.low), axis.value(span.high)]
    if isinstance(range_, Integer):
        return _whole(range_, ends, span, places, bounds, sample)
    low, high = rounded(*ends)
    low = range_.min if span.low == 0 else min(max(low, bounds.low if span.low < 0 else range_.min), best)
    high = range_.max if span.high == 1 else max(min(high, bounds.high if span.high > 1 else range_.max), best)
    if not low < high or not (math.isfinite(low) and math.isfinite(high)):
        return range_
    return range_.model_copy(update={"min": low, "max": high})


def _whole(
    range_: Integer, ends: list[float], span: _Span, places: _Places, bounds: Bounds, sample: Sample
) -> Hyperparameter:
    best = round(places.axis.value(places.measured[0]))
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
