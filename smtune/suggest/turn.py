"""One hyperparameter turned up or down: the next range, or why not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.diagnosis.levers import Knob
from smtune.diagnosis.model import Direction
from smtune.history import Lessons
from smtune.revise.axis import Axis, rounded
from smtune.revise.legal import Bounds, bounds_of
from smtune.spec import Categorical, Continuous, Definition, Integer
from smtune.spec.ranges import Hyperparameter
from smtune.suggest.model import Support

_NEAR = 0.35
"""How near to its end the best has to lie for a range to be widened there, if the training jobs speak for it."""
_WIDER = 0.5
"""How much of a range one round adds on a linear scale; on a logarithmic one the end is tripled."""
_TRIPLED = 3.0
_WIDE = 10.0
"""A first range whose ends are this factor apart is searched by orders of magnitude."""
_FIRST = 4.0
"""A value that was the same in all training jobs is searched up to so many times, where no range is known."""


@dataclass(frozen=True)
class Turned:
    """What becomes of it."""

    after: Hyperparameter | None
    """None: it stays."""
    reason: str
    support: Support


def turn(knob: Knob, direction: Direction, definition: Definition, lessons: Lessons | None) -> Turned | None:
    """The next range of a hyperparameter; None where nothing about it can be said."""
    current = definition.hyperparameters.get(knob.name)
    if direction == "set":
        return _set(knob, current)
    if direction == "change":
        return _change(knob, current)
    if isinstance(current, Continuous | Integer):
        return _moved(knob.name, current, direction, _Lesson.of(knob.name, direction, lessons), definition)
    if isinstance(current, Categorical):
        return None
    return _searched(knob, current, direction, definition)


@dataclass(frozen=True)
class _Lesson:
    """What the training jobs say of one direction."""

    support: Support = "untested"
    place: float | None = None
    """Of the best, from 0 (the end away from the direction) to 1."""
    is_at_end: bool = False
    words: str = ""

    @classmethod
    def of(cls, name: str, direction: Direction, lessons: Lessons | None) -> _Lesson:
        if lessons is None or direction not in ("up", "down"):
            return cls()
        support = lessons.support(name, direction)
        edge = next(iter(lessons.of("edge", name)), None)
        place = edge.numbers.get("place") if edge else None
        found = place if isinstance(place, float) and direction == "up" else None
        found = 1 - place if isinstance(place, float) and direction == "down" else found
        side = "upper" if direction == "up" else "lower"
        at_end = edge is not None and edge.is_present and edge.numbers.get("side") == side
        return cls(support, found, at_end, lessons.trend(name).tell(direction))


def _moved(
    name: str, current: Continuous | Integer, direction: Direction, lesson: _Lesson, definition: Definition
) -> Turned:
    if lesson.support == "contradicted":
        return Turned(None, lesson.words, "contradicted")
    near = lesson.place is not None and lesson.place >= 1 - _NEAR
    if not (lesson.is_at_end or (lesson.support == "supported" and near)):
        where = "" if lesson.place is None else ", and the best do not lie at that end"
        reason = f"{name} is searched from {current.min} to {current.max} already{where}"
        return Turned(None, reason, "undecided")
    after = _widened(current, direction, bounds_of(name, current, definition))
    if after == current:
        return Turned(None, f"{name} is searched as far as the algorithm takes it", "undecided")
    return Turned(
        after, f"the best lie at its {'upper' if direction == 'up' else 'lower'} end; {lesson.words}", "supported"
    )


def _widened(current: Continuous | Integer, direction: Direction, bounds: Bounds) -> Continuous | Integer:
    axis = Axis.of(current)
    if axis is None:
        return current
    by = math.log(_TRIPLED) / axis.length if axis.scale == "log" else _WIDER
    low, high = axis.low, axis.high
    if direction == "up":
        high = min(axis.value(1 + by), max(bounds.high, axis.high))
    else:
        low = max(axis.value(-by), min(bounds.low, axis.low))
    if isinstance(current, Integer):
        return current.model_copy(update={"min": math.floor(low), "max": math.ceil(high)})
    short = rounded(low, high)
    return current.model_copy(
        update={
            "min": current.min if direction == "up" else short[0],
            "max": current.max if direction == "down" else short[1],
        }
    )


def _searched(knob: Knob, current: Any, direction: Direction, definition: Definition) -> Turned | None:
    """A range instead of one value: from that value in the direction."""
    if current is not None and (isinstance(current, bool) or not isinstance(current, int | float)):
        return None  # text such as `auto`, or a hint for the tuner
    value = knob.default if current is None else current
    # A 1 may stand for 1.0, except where nothing but the value tells what it is.
    kind = Integer if knob.is_whole or (knob.low is None and isinstance(current, int)) else Continuous
    ends = _ends(knob, value, direction, _bounds(knob.name, kind, value, definition))
    if ends is None:
        return None
    # Both ends of a range that is no count are floats: 1 to 100 would be read as whole numbers.
    low, high = (max(1, math.floor(ends[0])), math.ceil(ends[1])) if kind is Integer else map(float, ends)
    if not low < high:
        return None
    scale = {"scale": "log"} if low > 0 and high / low >= _WIDE else {}
    after = kind.model_validate({"min": low, "max": high, **scale})
    return Turned(after, f"{_said(current, value)}: search it{_towards(value, direction)}", "untested")


def _said(current: Any, value: float | None) -> str:
    if current is not None:
        return f"the same in all training jobs, {current}"
    return "not said before" if value is None else f"not said before (so {value:g})"


def _towards(value: float | None, direction: Direction) -> str:
    return "" if value is None else f", {'more' if direction == 'up' else 'less'} than that"


def _bounds(name: str, kind: type[Continuous | Integer], value: float | None, definition: Definition) -> Bounds:
    """How far a range that begins at one value may go."""
    if value is None:
        return Bounds()
    if kind is Integer:
        return bounds_of(name, Integer.model_construct(min=math.floor(value), max=math.ceil(value)), definition)
    return bounds_of(name, Continuous.model_construct(min=value, max=value), definition)


def _ends(knob: Knob, value: float | None, direction: Direction, bounds: Bounds) -> tuple[float, float] | None:
    low, high = knob.low, knob.high
    if value is None:
        return None if low is None or high is None else (low, high)
    if value < 0 or (direction == "down" and value == 0):
        return None  # there is no less of it
    if direction == "up":
        start = value if value > 0 else low
        end = high if high is not None and high > value else min(_FIRST * value, bounds.high)
    else:
        end, start = value, low if low is not None and low < value else max(value / _FIRST, bounds.low)
    return None if start is None or not start < end else (start, end)


def _set(knob: Knob, current: Any) -> Turned | None:
    if current is not None or knob.low is None:
        return None
    return Turned(int(knob.low), f"stop when validation has not improved for {int(knob.low)} rounds", "untested")


def _change(knob: Knob, current: Any) -> Turned | None:
    had: Mapping[str, None] = dict.fromkeys(
        current.values if isinstance(current, Categorical) else [current] if isinstance(current, str) else []
    )
    if current is not None and not had:
        return None  # a number, or a hint for the tuner
    wanted = tuple(dict.fromkeys([*had, *knob.choices]))
    if len(wanted) < 2 or set(wanted) == set(had):
        return None
    return Turned(Categorical(values=wanted), "let the tuner choose between them", "untested")
