"""Comparisons of all configurations with each other, by their repeats: Tukey's, in three forms.

Where every configuration has the same seeds, the seed is a block (two-way layout without interaction, so what a seed
does to all of them is no noise); otherwise Tukey and Kramer's with the pooled deviation. Where the noise is clearly not
the same for all (Bartlett's test, 1 %), each pair has its own: Games and Howell's, or differences by seed.
Of two configurations each of them is Student's t test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from smtune.verify.model import Method

LEVEL = 0.95
POWER = 0.8
MOST = 1000
"""Above so many repeats nobody is told a number."""
_LEAST_FOR_SPREAD = 4
_CLEARLY = 0.01
_EXACT = 1e-12
_STEPS = (24.0, 30.0, 40.0, 60.0, 120.0, 1e6)
"""Degrees of freedom that tables have."""
Values = Mapping[int, float]
"""Number of the repeat -> objective."""


@dataclass(frozen=True)
class Noise:
    """Repeats of several configurations, two at least of each, and how they are compared."""

    groups: tuple[Values, ...]
    method: Method
    is_paired: bool
    """Whether all have the same numbers, and a number is a seed."""
    sd: float
    """Of one repeat, within configurations (and within seeds, where they are blocks)."""
    df: float

    @property
    def count(self) -> int:
        return len(self.groups)

    def error(self, one: int, other: int) -> tuple[float, float]:
        """Standard error and degrees of freedom of the difference of two means."""
        first, second = self.groups[one], self.groups[other]
        if self.method != "unequal":
            return self.sd * math.sqrt(1 / len(first) + 1 / len(second)), self.df
        if self.is_paired:
            gaps = [first[number] - second[number] for number in first]
            return deviation(gaps) / math.sqrt(len(gaps)), len(gaps) - 1.0
        return _welch(first, second)


def noise_of(groups: Sequence[Values], *, seeds_shared: bool) -> Noise:
    """The noise in the repeats of two configurations or more, each with two repeats or more."""
    numbers = set(groups[0])
    is_paired = seeds_shared and all(set(group) == numbers for group in groups)
    table = [_in_order(group) for group in groups]
    if _differ_in_spread(table):
        sd, df = _pooled(table)
        return Noise(tuple(groups), "unequal", is_paired, sd, df)
    if is_paired:
        matrix = np.array(table)
        left = matrix - matrix.mean(axis=0) - matrix.mean(axis=1, keepdims=True) + matrix.mean()
        df = float((matrix.shape[0] - 1) * (matrix.shape[1] - 1))
        return Noise(tuple(groups), "paired", is_paired, _clean(math.sqrt(float((left**2).sum()) / df), table), df)
    sd, df = _pooled(table)
    return Noise(tuple(groups), "pooled", is_paired, sd, df)


@lru_cache(maxsize=1024)
def critical(count: int, df: float) -> float:
    """How many standard errors two of `count` means have to differ by. A tenth of a second, and asked for again."""
    if count == 2:  # then it is Student's t, which is not integrated
        return float(stats.t.ppf((1 + LEVEL) / 2, df))
    return float(stats.studentized_range.ppf(LEVEL, count, df)) / math.sqrt(2)


def adjusted_p(gap: float, error: float, count: int, df: float) -> float:
    """Of a difference of two of `count` means; 1 where there is neither difference nor noise."""
    if error == 0:
        return 0.0 if gap else 1.0
    if count == 2:
        return float(2 * stats.t.sf(abs(gap) / error, df))
    return float(stats.studentized_range.sf(math.sqrt(2) * abs(gap) / error, count, df))


def is_exact(groups: Sequence[Values]) -> bool:
    """Whether each configuration has the same value every time."""
    return all(deviation(_in_order(group)) == 0 for group in groups)


def power(count: int, repeats: int, difference: float, *, paired: bool) -> float:
    """The chance to tell two of `count` configurations apart that differ by so many deviations of a repeat."""
    df = _freedom(count, repeats, paired)
    return float(stats.nct.sf(_near_critical(count, df), df, difference * math.sqrt(repeats / 2)))


def detectable(count: int, repeats: int, *, paired: bool) -> float:
    """The difference, in deviations of a repeat, that is found 4 times of 5."""

    def lacking(difference: float) -> float:
        return power(count, repeats, difference, paired=paired) - POWER

    return float(brentq(lacking, 0.0, 200.0, xtol=1e-3))


def needed_repeats(noise: Noise, one: int, other: int, gap: float) -> int | None:
    """Repeats of each that tell two apart 4 times of 5, if they differ by `gap`; None for none or above `MOST`."""
    error, _ = noise.error(one, other)
    pair = 2 / (1 / len(noise.groups[one]) + 1 / len(noise.groups[other]))
    sd = error * math.sqrt(pair / 2)
    if gap == 0 or sd == 0 or 2 * ((critical(noise.count, 1e6) + 0.84) * sd / gap) ** 2 > MOST:
        return None
    low, high = 2, MOST
    while low < high:
        middle = (low + high) // 2
        enough = power(noise.count, middle, abs(gap) / sd, paired=noise.is_paired) >= POWER
        low, high = (low, middle) if enough else (middle + 1, high)
    return low


def _freedom(count: int, repeats: int, paired: bool) -> float:
    return float((count - 1) * (repeats - 1) if paired else count * (repeats - 1))


def _near_critical(count: int, df: float) -> float:
    """`critical`, between `_STEPS` by 1/df, to a thousandth: a search for a number of repeats asks for very many."""
    if df <= _STEPS[0]:
        return critical(count, df)
    places = [1 / step for step in reversed(_STEPS)]
    return float(np.interp(1 / df, places, [critical(count, step) for step in reversed(_STEPS)]))


def _in_order(group: Values) -> list[float]:
    return [group[number] for number in sorted(group)]


def deviation(values: Sequence[float]) -> float:
    """Their standard deviation; 0 for what is only the rounding of floats."""
    return _clean(float(np.std(values, ddof=1)), [values])


def _clean(sd: float, table: Sequence[Sequence[float]]) -> float:
    """`sd`, and 0 for what is only the rounding of floats."""
    size = max(abs(value) for values in table for value in values)
    return 0.0 if sd <= _EXACT * size else sd


def _pooled(table: Sequence[Sequence[float]]) -> tuple[float, float]:
    df = float(sum(len(values) - 1 for values in table))
    squares = sum((len(values) - 1) * float(np.var(values, ddof=1)) for values in table)
    return _clean(math.sqrt(squares / df), table), df


def _welch(first: Values, second: Values) -> tuple[float, float]:
    parts = [deviation(_in_order(group)) ** 2 / len(group) for group in (first, second)]
    total = sum(parts)
    if total == 0:
        return 0.0, 1.0
    below = sum(part**2 / (len(group) - 1) for part, group in zip(parts, (first, second), strict=True))
    return math.sqrt(total), total**2 / below


def _differ_in_spread(table: Sequence[Sequence[float]]) -> bool:
    if min(len(values) for values in table) < _LEAST_FOR_SPREAD:
        return False  # nothing can be seen in so few
    if any(deviation(values) == 0 for values in table):
        return False  # a coarse metric may be the same a few times; a test would take that for no noise at all
    return float(stats.bartlett(*table).pvalue) < _CLEARLY
