"""A range of numbers in the space that it is searched in: its low end is 0 there, its high end 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property

from smtune.spec import Continuous, Integer

_DECADES = 100.0
"""A positive range whose ends are this factor apart is searched by orders of magnitude, if the service decides."""
_DIGITS = 2


@dataclass(frozen=True)
class Axis:
    """A range's ends and scale (`linear`, `log` or `reverse-log`)."""

    low: float
    high: float
    scale: str

    @classmethod
    def of(cls, range_: Continuous | Integer) -> Axis | None:
        """The axis of a range; None for one that is too wide or too narrow to compute with."""
        try:
            low, high = float(range_.min), float(range_.max)
        except OverflowError:
            return None
        scale = range_.scale
        if scale in (None, "auto"):
            scale = "log" if low > 0 and high / low >= _DECADES else "linear"
        axis = cls(low, high, str(scale))
        sound = math.isfinite(axis.length) and axis.length > 0 and math.isfinite(axis.value(-1) + axis.value(2))
        return axis if sound and low < axis.value(0.5) < high else None

    @cached_property
    def length(self) -> float:
        """From end to end, in the space."""
        return self._forward(self.high) - self._forward(self.low)

    def unit(self, value: float) -> float:
        """Where a value lies: from 0 to 1 within the range."""
        return (self._forward(value) - self._forward(self.low)) / self.length

    def value(self, unit: float) -> float:
        """The value at a place; may lie outside of the range."""
        if unit in (0, 1):
            return self.high if unit else self.low
        try:
            return self._back(self._forward(self.low) + unit * self.length)
        except OverflowError:
            return math.inf

    def _forward(self, value: float) -> float:
        if self.scale == "log":
            return math.log(value)
        return -math.log1p(-value) if self.scale == "reverse-log" else value

    def _back(self, place: float) -> float:
        if self.scale == "log":
            return math.exp(place)
        return -math.expm1(-place) if self.scale == "reverse-log" else place


def rounded(low: float, high: float) -> tuple[float, float]:
    """Short numbers a little outside of these, by a hundredth of the range, or of the number where that is less."""
    return _round(low, high - low, ROUND_FLOOR), _round(high, high - low, ROUND_CEILING)


def _round(value: float, width: float, direction: str) -> float:
    size = min(abs(value), width) if value else width
    if not size or not math.isfinite(size):
        return value
    # Twelve digits first: 0.1 + 0.2 is not to become 0.301.
    step = Decimal(1).scaleb(math.floor(math.log10(size)) - _DIGITS)
    try:
        found = float(Decimal(f"{value:.12g}").quantize(step, rounding=direction))
    except ArithmeticError:
        return value
    return found if math.isfinite(found) else value
