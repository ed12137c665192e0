"""The best configurations of a tuning job and their repeats, and what can be said of them: plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from smtune.spec.ranges import Scalar
from smtune.statuses import RUNNING, TERMINAL

NOT_STARTED = "NotStarted"
"""The status of a repeat that nobody has created so far; the others are the service's."""
Method = Literal["paired", "pooled", "unequal"]
Kind = Literal["best", "tied", "identical", "alone", "too few"]


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


@dataclass(frozen=True)
class Standing:
    """What the repeats say of one configuration."""

    rank: int
    """The original one: the configuration's name."""
    completed: int
    """Repeats that have an objective."""
    mean: Interval | None = None
    """With Student's t interval; None below two repeats."""
    sd: float | None = None
    """Retraining noise: the repeats' standard deviation."""
    new_rank: int | None = None
    """By the mean of the repeats."""
    probability: float | None = None
    """That it is the best of all, given the repeats alone (flat prior)."""
    behind: Interval | None = None
    """How much better the best is, simultaneous over all pairs; None for the best itself."""
    p: float | None = None
    """Of that difference, adjusted for all pairs."""
    luck: Interval | None = None
    """How much better the original looked than it is; negative where it looked worse."""


@dataclass(frozen=True)
class Lead:
    """The original winner's lead over the original second, both retrained."""

    original: float
    retrained: Interval
    luck: Interval
    """What of the original lead is gone."""


@dataclass(frozen=True)
class Judgement:
    """Skill or luck."""

    kind: Kind
    """`best`: one beats every other; `tied`: some cannot be told apart; `identical`: the repeats of each configuration
    are all as the original; `alone`: only one has repeats enough; `too few`: none has, or they are equal though the
    originals show that training is not."""
    standings: tuple[Standing, ...]
    """In the original order."""
    best: int | None = None
    """The original rank of the one with the best mean."""
    tied: tuple[int, ...] = ()
    """Those that cannot be told from the best, with it."""
    method: Method | None = None
    """How configurations were compared; None where they were not."""
    noise: float | None = None
    """Standard deviation of a repeat in those comparisons."""
    needed: int | None = None
    """Repeats of each configuration that would tell the two best apart, 4 times of 5."""
    expected: Interval | None = None
    """Of the one with the best mean, corrected for choosing it; the interval holds for whichever is chosen."""
    lead: Lead | None = None
    notes: tuple[str, ...] = field(default=())
