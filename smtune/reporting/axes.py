"""A tuning job's description -> an axis for each tuned hyperparameter, on the scale on which it is searched."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smtune.definitions import definitions
from smtune.reporting.model import Axis, Row

Json = Mapping[str, Any]
_SCALES = {"Linear": "linear", "Logarithmic": "log", "ReverseLogarithmic": "reverse-log"}
_DECADES = 100.0
"""A positive range whose ends are this factor apart is searched by orders of magnitude, if the service decides."""


def axes_of(description: Json, rows: Sequence[Row]) -> tuple[Axis, ...]:
    """One for each hyperparameter that has a range, and for each that Autotune chose: those from the values."""
    config = description["HyperParameterTuningJobConfig"]
    found: dict[str, Axis] = {}
    for ranges in (config.get("ParameterRanges", {}), *_own(description)):
        for axis in _from_ranges(ranges):
            found[axis.name] = _joined(found[axis.name], axis) if axis.name in found else axis
    strange = dict.fromkeys(name for row in rows for name in row.values if name not in found)
    for name in strange:
        found[name] = _from_values(name, [row.values[name] for row in rows if name in row.values])
    return tuple(found.values())


def place_on(axis: Axis, value: float | int | str) -> float | None:
    """Where a value lies, 0 at the low end and 1 at the high one; None for what is not on the axis."""
    if axis.kind == "category":
        if str(value) not in axis.choices:
            return None
        last = len(axis.choices) - 1
        return axis.choices.index(str(value)) / last if last else 0.5
    if isinstance(value, str) or not math.isfinite(value):
        return None
    ends = [forward(axis, each) for each in (axis.low, float(value), axis.high)]
    if any(end is None for end in ends):
        return None
    low, here, high = (float(end) for end in ends if end is not None)
    return (here - low) / (high - low) if high > low else 0.5


def forward(axis: Axis, value: float) -> float | None:
    """A value in the space that is searched; None where it has no place there."""
    if axis.scale == "log":
        return math.log10(value) if value > 0 else None
    if axis.scale == "reverse-log":
        return -math.log10(1 - value) if value < 1 else None
    return value


def _own(description: Json) -> list[Json]:
    return [item["HyperParameterRanges"] for item in definitions(description) if "HyperParameterRanges" in item]


def _from_ranges(ranges: Json) -> Iterable[Axis]:
    for member, kind in (("ContinuousParameterRanges", "number"), ("IntegerParameterRanges", "integer")):
        for item in ranges.get(member, ()):
            low, high = float(item["MinValue"]), float(item["MaxValue"])
            yield Axis(item["Name"], "integer" if kind == "integer" else "number", low, high, _scale(item, low, high))
    for item in ranges.get("CategoricalParameterRanges", ()):
        yield Axis(item["Name"], "category", choices=tuple(value.strip('"') for value in item["Values"]))


def _scale(item: Json, low: float, high: float) -> str:
    said = _SCALES.get(item.get("ScalingType", "Auto"))
    if said == "log" and low <= 0:
        return "linear"  # what the service refuses, a description may still have
    return said or ("log" if low > 0 and high / low >= _DECADES else "linear")


def _joined(one: Axis, other: Axis) -> Axis:
    """The axis of a hyperparameter that several algorithms have."""
    if "category" in (one.kind, other.kind):
        words = (*_words(one), *_words(other))
        return Axis(one.name, "category", choices=tuple(dict.fromkeys(words)))
    kind = one.kind if one.kind == other.kind else "number"
    scale = one.scale if one.scale == other.scale else "linear"
    return Axis(one.name, kind, min(one.low, other.low), max(one.high, other.high), scale)


def _words(axis: Axis) -> tuple[str, ...]:
    return axis.choices if axis.kind == "category" else (f"{axis.low:g}", f"{axis.high:g}")


def _from_values(name: str, values: Sequence[float | int | str]) -> Axis:
    numbers = [float(value) for value in values if not isinstance(value, str) and math.isfinite(value)]
    if len(numbers) < len(values) or not numbers:
        return Axis(name, "category", choices=tuple(sorted({str(value) for value in values})))
    is_whole = all(isinstance(value, int) for value in values)
    low, high = min(numbers), max(numbers)
    return Axis(name, "integer" if is_whole else "number", low, high, _scale({}, low, high))
