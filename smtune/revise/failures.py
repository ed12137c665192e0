"""The part of a range in which training jobs fail: all of it beyond a value, at one end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smtune.revise.chance import excess

_SHARE = 0.8
_FEWEST = 3
_CHANCE = 0.01


@dataclass(frozen=True)
class FailingEnd:
    """Beyond `cut` nearly every training job fails."""

    last_good: float
    """The outermost place before it: what is kept reaches to between this and `first_bad`."""
    first_bad: float
    failed: int
    tried: int
    chance: float
    failed_elsewhere: int
    tried_elsewhere: int

    def describe(self, side: str) -> str:
        """The reason in words; `side` is `above 5`, say."""
        elsewhere = f"{self.failed_elsewhere} of {self.tried_elsewhere} elsewhere"
        return f"cut {side}: {self.failed} of {self.tried} training jobs failed there, {elsewhere}"


def failing_end(good: Sequence[float], bad: Sequence[float], furthest: float) -> FailingEnd | None:
    """The upper end in which jobs fail, beyond `furthest` (the outermost place to keep); None where there is none.

    `good` and `bad` are the places of training jobs with an objective and of those that failed. For the lower end give
    all of them with the sign changed.
    """
    places = sorted([(place, False) for place in good] + [(place, True) for place in bad], reverse=True)
    found: FailingEnd | None = None
    failed = 0
    for tried, (place, has_failed) in enumerate(places[:-1], start=1):
        failed += has_failed
        following = places[tried][0]
        if place <= furthest or following == place or not has_failed:
            continue
        chance = excess(len(places), len(bad), tried, failed)
        if tried >= _FEWEST and failed >= _SHARE * tried and chance <= _CHANCE:
            found = FailingEnd(following, place, failed, tried, chance, len(bad) - failed, len(places) - tried)
    return found
