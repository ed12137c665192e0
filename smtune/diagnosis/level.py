"""One place in the chain human level -> training -> [train-dev] -> validation -> [test], and the loss there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from smtune.diagnosis.spread import Spread

Place = Literal["human", "train", "train_dev", "validation", "test"]
SETS: tuple[Place, ...] = ("train", "train_dev", "validation", "test")
"""The sets of rows, from those that a model saw most of to those that it saw nothing of."""


@dataclass(frozen=True)
class Level:
    """A loss: a fraction of 1 for a rate, else in the metric's own unit."""

    name: Place
    value: Decimal
    spread: Spread | None = None
    """What is known of the chance in it; None counts as exact."""
    rows: int | None = None
    """As given; they say nothing about chance where there is no spread."""

    def limits(self, z: float) -> tuple[float, float]:
        """Confidence limits, `z` standard normal deviates to each side."""
        value = float(self.value)
        return (value, value) if self.spread is None else self.spread.limits(value, z)
