"""Training jobs of a tuning job, trained once more: plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from smtune.spec.ranges import Scalar
from smtune.statuses import RUNNING, TERMINAL

NOT_STARTED = "NotStarted"
"""The status of a repeat that nobody has created so far; the others are the service's."""


@dataclass(frozen=True)
class Repeat:
    """One more training of a configuration."""

    training_job: str
    number: int
    """From 1; repeats of one number have one seed, whatever the configuration."""
    seed: int | None
    """None where no seed is set: the training draws for itself."""
    metric: str = ""
    """The objective."""
    status: str = NOT_STARTED
    value: float | None = None
    """The objective's final value; None while there is none, and for a repeat that did not complete."""
    reason: str | None = None
    """Why it failed."""
    seconds: float | None = None
    """How long it trained."""
    billable_seconds: float | None = None
    """What of it is to be paid."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Every metric's final value."""

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL


@dataclass(frozen=True)
class Configuration:
    """One of the best configurations: an original training job of the tuning job, and its repeats."""

    rank: int
    """By the original objective, from 1."""
    training_job: str
    hyperparameters: Mapping[str, Scalar]
    """The tuned ones."""
    original: float
    """The objective in the tuning job."""
    definition: str = ""
    """The algorithm's name, where the tuning job has several."""
    repeats: tuple[Repeat, ...] = ()

    @property
    def values(self) -> dict[int, float]:
        """Number of the repeat -> its objective, for those that completed with one."""
        known = ((repeat.number, repeat.value) for repeat in self.repeats if repeat.status == "Completed")
        return {number: value for number, value in known if value is not None and math.isfinite(value)}


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}
