"""Confidence limits of sums and differences of independent losses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import NamedTuple

from smtune.diagnosis.level import Level, Place

CONFIDENCE = 0.95
NOISE = 1e-9
"""What rounding in binary may add up to; far below any difference that matters."""


class Interval(NamedTuple):
    """Confidence limits."""

    low: float
    high: float


Terms = Mapping[Place, float]
"""Place of the chain -> the factor that its loss has in a sum."""


def deviates(confidence: float, verdicts: int) -> float:
    """Standard normal deviates to each side, so that all of `verdicts` are right at once with that confidence.

    A verdict can be wrong on one side only, its truth being on the other: (1 - confidence) / verdicts is what each
    may err (Bonferroni). With one or two that is the ordinary two-sided interval, which is the least there is here.
    """
    each = (1 - confidence) / max(2, verdicts)
    return NormalDist().inv_cdf(1 - each)


def contrast(terms: Terms, levels: Iterable[Level], z: float) -> Interval:
    """Limits of the sum of factor * loss, by the method of variance estimates recovery (Zou and Donner 2008).

    Each loss gives its own limits, so the result is as unsymmetric as they are. One without a spread counts as exact.
    """
    middle = low = high = 0.0
    for level in levels:
        factor, value = terms.get(level.name, 0.0), float(level.value)
        below, above = level.limits(z)
        down, up = (value - below, above - value) if factor > 0 else (above - value, value - below)
        middle += factor * value
        low += (factor * down) ** 2
        high += (factor * up) ** 2
    return Interval(middle - math.sqrt(low), middle + math.sqrt(high))


def surely_above(upper: Level, lower: Level, z: float = NormalDist().inv_cdf(0.975)) -> bool:
    """Whether one loss is above the other beyond chance; of two exact ones, whether it is."""
    return contrast({upper.name: 1.0, lower.name: -1.0}, (upper, lower), z).low > (
        NOISE if upper.spread or lower.spread else 0.0
    )
