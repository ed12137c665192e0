"""Hyperband: many configurations get a little, the best third of them more, and so on (ASHA, with brackets).

A rung is an amount of resource, in values of the objective that a training job has published (epochs, mostly). Who
reaches a rung goes on if it is among the best third of all that reached it so far, and is stopped otherwise: nobody
waits for others. Brackets differ in their first rung: where early values mislead, one of them gives more time.

Where a training job publishes its objective at its end only, it cannot go on from a rung: whoever is among the best
third there is trained again, from the start, with the next rung's resource.

Sources: Li and others, "A System for Massively Parallel Hyperparameter Tuning" (2020); HyperbandStrategyConfig in the
API model: nothing is stopped below MinResource, and everything at MaxResource.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

FACTOR = 3
Rungs = tuple[int, ...]


@dataclass(frozen=True)
class Halving:
    """From `least` to `most` resource."""

    least: int
    most: int

    @cached_property
    def brackets(self) -> tuple[Rungs, ...]:
        """The rungs of each bracket, the one that stops earliest first; the last one goes on to the end."""
        rungs = tuple(itertools.takewhile(lambda rung: rung < self.most, self._rungs()))
        return tuple(rungs[start:] for start in range(len(rungs) + 1))

    def bracket(self, number: int) -> Rungs:
        """That of the training job `number` (from 1): in turn, the ones that stop early more often.

        As in Hyperband, each bracket may use about as much resource as another.
        """
        return self._turns[(number - 1) % len(self._turns)]

    @cached_property
    def levels(self) -> Rungs:
        """Every rung, and the most."""
        return (*self.brackets[0], self.most)

    @cached_property
    def _turns(self) -> list[Rungs]:
        shares = self.shares
        places = [((turn + 0.5) / share, index) for index, share in enumerate(shares) for turn in range(share)]
        # Those of one bracket are as far from each other as they can be.
        return [self.brackets[index] for _, index in sorted(places)]

    def _rungs(self) -> Sequence[int]:
        count = 1 + max(0, math.ceil(math.log(self.most / self.least, FACTOR)))
        return [self.least * FACTOR**index for index in range(count)]

    @cached_property
    def shares(self) -> tuple[int, ...]:
        """How many training jobs of one round each bracket starts."""
        count = len(self.brackets)
        return tuple(math.ceil(count / (left + 1) * FACTOR**left) for left in reversed(range(count)))


def is_eliminated(value: float, others: Sequence[float], *, maximize: bool) -> bool:
    """Whether the one that reached a rung with `value` is not among the best third of it and `others` there.

    What is no number (a training that diverged) is worse than any that is one.
    """
    if math.isnan(value):
        return len(others) + 1 >= FACTOR
    rank = sum((other > value) if maximize else (other < value) for other in others)
    among = len(others) + 1
    return among >= FACTOR and rank >= among // FACTOR


def rung_reached(rungs: Rungs, before: int, now: int) -> int | None:
    """The highest rung above `before` that `now` values reach; None where there is none."""
    return max((rung for rung in rungs if before < rung <= now), default=None)


@dataclass(frozen=True)
class Result:
    """What a training job that was given `level` of the resource has achieved."""

    number: int
    level: int
    value: float


def promoted(
    results: Sequence[Result], levels: Rungs, gone_on: Collection[tuple[int, int]], *, maximize: bool
) -> tuple[Result, int] | None:
    """Who is trained again with more, and how much; the highest first, None: nobody.

    `gone_on` holds the number and the level of those who were promoted before.
    """
    for level, following in reversed(list(itertools.pairwise(levels))):
        there = sorted((each for each in results if each.level == level), key=lambda each: each.value, reverse=maximize)
        for each in there[: len(there) // FACTOR]:
            if (each.number, level) not in gone_on:
                return each, following
    return None
