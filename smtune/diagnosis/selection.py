"""What choosing the best of many training jobs does to their validation loss: it flatters (the winner's curse)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

from smtune.diagnosis.level import Level
from smtune.diagnosis.spread import Spread

_NORMAL = NormalDist()
_STEPS = 400
_REACH = 6.0
"""Standard deviations to each side within which a loss is taken to lie."""


@dataclass(frozen=True)
class Luck:
    """How far validation can fall below the truth by choice alone, were all training jobs equally good.

    They hardly ever are, so both are ceilings. The jobs' losses count as independent, which raises the ceilings, too:
    training jobs that are measured on the same rows err alike.
    """

    jobs: int
    flattery: float
    """Of the validation loss, on average."""
    most: float | None
    """Of test - validation, exceeded with the probability that a verdict may err; None without a spread of test."""


@dataclass(frozen=True)
class Chosen:
    """The spread of a loss that is the lowest of many: the truth may lie higher by all that choice can flatter."""

    spread: Spread
    flattery: float

    @property
    def rows(self) -> float | None:
        return self.spread.rows

    def limits(self, value: float, z: float) -> tuple[float, float]:
        low, high = self.spread.limits(value, z)
        return low, high + self.flattery

    def error(self, value: float) -> float:
        return self.spread.error(value)

    def grown(self, factor: float) -> Chosen:
        return Chosen(self.spread.grown(factor), self.flattery / math.sqrt(factor))


def chosen(validation: Level, luck: Luck | None) -> Level:
    """The validation loss of the best of many training jobs."""
    if luck is None or validation.spread is None or not luck.flattery:
        return validation
    return replace(validation, spread=Chosen(validation.spread, luck.flattery))


def luck_of(validation: Level, test: Level | None, jobs: int, z: float) -> Luck | None:
    """The luck in the best of `jobs` training jobs; None where the chance in validation is not known.

    The chance in one job is that at the test loss, or at validation's where there is no test: the winner's own loss is
    too low for it.
    """
    if validation.spread is None:
        return None
    honest = float(max(validation.value, test.value) if test is not None else validation.value)
    error = validation.spread.error(honest)
    if test is None or test.spread is None:
        return Luck(jobs, _mean_of_best(jobs) * error, None)
    tested = test.spread.error(honest)
    if error <= 0:
        return Luck(jobs, 0.0, z * tested)
    return Luck(jobs, _mean_of_best(jobs) * error, error * _most(jobs, round(tested / error, 6), round(z, 6)))


@lru_cache(maxsize=1024)
def _mean_of_best(jobs: int) -> float:
    """The expected best of so many standard normal values, as a positive number: 2.51 of 100."""
    width = 2 * _REACH / _STEPS
    points = (-_REACH + width * (step + 0.5) for step in range(_STEPS))
    # The mean of the largest is the integral of its survival function above 0 less that of its distribution below.
    return sum(width * ((1 - _NORMAL.cdf(x) ** jobs) if x > 0 else -(_NORMAL.cdf(x) ** jobs)) for x in points)


@lru_cache(maxsize=1024)
def _most(jobs: int, ratio: float, z: float) -> float:
    """What a normal value of deviation `ratio` less the lowest of `jobs` standard ones exceeds once in 1/Phi(-z)."""
    rare = 1 - _NORMAL.cdf(z)
    width = 2 * _REACH / _STEPS
    tests = [-_REACH + width * (step + 0.5) for step in range(_STEPS)]
    weights = [width * _NORMAL.pdf(x) for x in tests]

    def exceeds(difference: float) -> float:
        """The lowest of the jobs is below test - difference."""
        lowest = (1 - (1 - _NORMAL.cdf(x * ratio - difference)) ** jobs for x in tests)
        return sum(weight * below for weight, below in zip(weights, lowest, strict=True))

    low, high = -_REACH * (1 + ratio), _REACH * (2 + ratio)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeds(middle) > rare else (low, middle)
    return high
