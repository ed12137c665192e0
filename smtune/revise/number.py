"""A range of numbers and how its training jobs ended -> the range of the next round, or the one value left of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from smtune.revise.axis import Axis
from smtune.revise.chance import closeness
from smtune.revise.failures import FailingEnd, failing_end
from smtune.revise.legal import Bounds
from smtune.revise.model import Evidence
from smtune.revise.sample import Sample, numbers
from smtune.revise.span import Places, Span, range_of
from smtune.revise.verdict import Verdict
from smtune.spec import Continuous, Integer

_LIKELY = 0.2
"""Best jobs that lie together with a higher probability even if the hyperparameter did not matter say nothing."""
_FEWEST = 3
_NARROWEST, _NARROWEST_OF_FEW = 0.25, 0.75
"""How much of a range one round leaves at least."""
_EDGE = 0.05
_NEAR = 0.25
_MOST_WIDER, _LITTLE_WIDER = 0.5, 0.25
_DECADE = math.log(10)


def revise_number(name: str, range_: Continuous | Integer, sample: Sample, bounds: Bounds) -> Verdict:
    """The next range: narrowed around the best, widened where the best is at an end, cut where training jobs fail."""
    axis = Axis.of(range_)
    if axis is None:
        return Verdict(range_, notes=(f"{name}: unchanged, its range cannot be computed with",))
    groups = (sample.measured, sample.best, sample.first, sample.failed)
    places = Places(axis, *(_within(axis, numbers(each, name)) for each in groups))
    if not places.measured or not places.best:
        return Verdict(range_)
    span = _narrowed(places, sample)
    span = _widened(span, places, bounds)
    span = _cut(span, places, whole=isinstance(range_, Integer))
    evidence = Evidence(len(places.measured), len(places.best), span.failed, span.chance)
    after = range_of(range_, span, places, bounds, sample)
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


def _narrowed(places: Places, sample: Sample) -> Span:
    count, total = len(places.best), len(places.measured)
    low, high = min(places.best), max(places.best)
    chance = closeness(places.measured, count, high - low)
    if count < _FEWEST or count >= total:
        return Span(notes=(f"not narrowed, the best {count} of {total} training jobs tell too little",))
    if chance > _LIKELY:
        note = f"not narrowed, the best {count} of {total} are spread like all (chance {chance:.2f})"
        return Span(notes=(note,), chance=chance)
    # The ends of a sample lie inside of what it was drawn from, on average by one of its gaps.
    pad = max((high - low) / (count - 1), _EDGE / 2)
    narrowest = _NARROWEST if sample.is_enough else _NARROWEST_OF_FEW
    low, high = _at_least(max(0.0, low - pad), min(1.0, high + pad), narrowest)
    if (low, high) == (0.0, 1.0):
        return Span(chance=chance)
    reason = (
        f"narrowed to where the best {count} of {total} training jobs lie (chance {chance:.2g} if it did not matter)"
    )
    if not sample.is_enough:
        reason += f"; a little only, {sample.wanted} would be enough"
    return Span(low, high, (reason,), chance=chance)


def _at_least(low: float, high: float, width: float) -> tuple[float, float]:
    """The part of 0 to 1 that is `width` wide or more, around the same middle as far as there is room."""
    if high - low >= width:
        return low, high
    low = min(max(0.0, (low + high - width) / 2), 1 - width)
    return low, low + width


def _widened(span: Span, places: Places, bounds: Bounds) -> Span:
    best, axis = places.measured[0], places.axis
    is_low = best <= _EDGE
    at_the_end = [place <= _EDGE if is_low else place >= 1 - _EDGE for place in (best, *places.first)]
    if not all(at_the_end):
        return span  # among others that are as good, an end means nothing
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


def _cut(span: Span, places: Places, *, whole: bool) -> Span:
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


def _without(before: Span, after: Span, end: FailingEnd, side: str) -> Span:
    if after == before:
        return before
    return replace(after, reasons=(*after.reasons, end.describe(side)), notes=(), failed=after.failed + end.failed)
