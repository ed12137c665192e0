"""Losses by the number of training rows, and what can be said of more rows by them: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smtune.retrain.model import Interval

Kind = Literal["more rows help", "no gain shown", "cannot be enough", "not enough evidence"]
Reason = Literal["falling", "flat", "rising", "misfit", "small", "few", "unclear", "asymptote", "training"]


@dataclass(frozen=True)
class Point:
    """One training on so many rows."""

    rows: int
    validation: float
    """As a loss: less is better."""
    training: float | None = None


@dataclass(frozen=True)
class Size:
    """All trainings on so many rows."""

    rows: int
    count: int
    """Trainings that brought a loss."""
    validation: float | None
    """Mean loss on the validation rows; None where no training brought one."""
    sd: float | None
    """Standard deviation; None below two trainings."""
    training: float | None
    """Mean loss on the training rows."""


@dataclass(frozen=True)
class Prediction:
    """What is to be expected of `times` as many rows."""

    times: int
    rows: int
    loss: Interval
    """Mean over trainings, on the same validation rows."""
    gain: Interval
    """How much less than now."""


@dataclass(frozen=True)
class Curve:
    """loss(n) = a + b * n**-c."""

    a: float
    """What no number of rows goes below."""
    b: float
    c: float


@dataclass(frozen=True)
class Growth:
    """The verdict, and what it rests on."""

    kind: Kind
    reason: Reason
    sizes: tuple[Size, ...]
    """Fewest rows first."""
    curve: Curve | None = None
    predictions: tuple[Prediction, ...] = ()
    target: float | None = None
    """The loss that is wanted."""
    training: float | None = None
    """Where it is the training loss that stays above the target: its lower limit."""
    material: float | None = None
    """The least gain that counts."""
