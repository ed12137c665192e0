"""What can be said of the best configurations of a tuning job by their repeats: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from smtune.retrain.model import Interval

Method = Literal["paired", "pooled", "unequal"]
Kind = Literal["best", "tied", "identical", "alone", "too few"]


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
