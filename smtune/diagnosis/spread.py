"""How sure a measured loss is: peers that give its confidence limits. Nothing here knows what the loss is for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


class Spread(Protocol):
    """What is known of the chance in a measured loss."""

    @property
    def rows(self) -> float | None:
        """How many rows it was measured on; None where nobody said."""

    def limits(self, value: float, z: float) -> tuple[float, float]:
        """Confidence limits of a loss of `value`, `z` standard normal deviates to each side."""

    def error(self, value: float) -> float:
        """The standard error of a loss of `value`."""

    def grown(self, factor: float) -> Spread:
        """The same with `factor` times the rows."""


@dataclass(frozen=True)
class Counted:
    """A rate: so many of `rows` rows, each on its own.

    The limits are Wilson's (1927): the textbook's `p ± z sqrt(p (1 - p) / n)` covers 90 % instead of 95 % at 1 of
    200 rows, and is empty at 0.
    """

    rows: float

    def limits(self, value: float, z: float) -> tuple[float, float]:
        rows, square = self.rows, z * z
        centre = (value + square / (2 * rows)) / (1 + square / rows)
        half = z / (1 + square / rows) * math.sqrt(value * (1 - value) / rows + square / (4 * rows * rows))
        return max(0.0, centre - half), min(1.0, centre + half)

    def error(self, value: float) -> float:
        # With the rows that Wilson's limits add: a rate of 0 was measured with some error, too.
        shrunk = (value * self.rows + 2) / (self.rows + 4)
        return math.sqrt(shrunk * (1 - shrunk) / (self.rows + 4))

    def grown(self, factor: float) -> Counted:
        return Counted(self.rows * factor)


@dataclass(frozen=True)
class Deviation:
    """Any loss with its standard error, as a bootstrap or a formula for the metric gives it."""

    standard_error: float
    rows: float | None = None

    def limits(self, value: float, z: float) -> tuple[float, float]:
        return max(0.0, value - z * self.standard_error), value + z * self.standard_error

    def error(self, value: float) -> float:
        del value
        return self.standard_error

    def grown(self, factor: float) -> Deviation:
        return Deviation(self.standard_error / math.sqrt(factor), None if self.rows is None else self.rows * factor)


@dataclass(frozen=True)
class Area:
    """1 - AUC of `positives` and `negatives` rows, after Hanley and McNeil (1982)."""

    positives: float
    negatives: float

    @property
    def rows(self) -> float:
        return self.positives + self.negatives

    def limits(self, value: float, z: float) -> tuple[float, float]:
        # On the logit scale, where the limits stay between 0 and 1.
        inside = min(max(value, 1 / (2 * self.rows)), 1 - 1 / (2 * self.rows))
        middle, half = math.log(inside / (1 - inside)), z * self.error(inside) / (inside * (1 - inside))
        low, high = (1 / (1 + math.exp(-min(max(middle + side, -700.0), 700.0))) for side in (-half, half))
        return min(low, value), max(high, value)

    def error(self, value: float) -> float:
        area = 1 - value
        pairs = area / (2 - area) - area * area, 2 * area * area / (1 + area) - area * area
        total = area * value + (self.positives - 1) * pairs[0] + (self.negatives - 1) * pairs[1]
        return math.sqrt(max(total, 0.0) / (self.positives * self.negatives))

    def grown(self, factor: float) -> Area:
        return Area(self.positives * factor, self.negatives * factor)
