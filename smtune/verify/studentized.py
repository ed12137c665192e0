"""The studentized range: by how many deviations the largest and the smallest of several means differ by chance.

scipy has it, too, to more digits and in a hundredth of a second or a whole one; here it is asked for often, and
seven digits are enough. Integrated by Gauss and Legendre's rule over the range's own formula (see scipy's
`studentized_range`, to which a test compares it).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.optimize import brentq

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_TAIL = 1e-13
_REACH = 8.5
"""Beyond so many deviations there is no normal distribution any more."""


def exceeds(width: float, count: int, df: float) -> float:
    """The chance that the range of `count` means, in deviations estimated with `df`, exceeds `width`."""
    if width <= 0:
        return 1.0
    half = df / 2
    low, high = (math.sqrt(end / half) for end in (special.gammaincinv(half, _TAIL), special.gammainccinv(half, _TAIL)))
    scales, shares = _spread(low, high)
    # The deviation's own distribution: chi, by the root of its degrees of freedom.
    constant = math.log(2) + half * math.log(half) - math.lgamma(half)
    density = np.exp(constant + (df - 1) * np.log(scales) - half * scales**2)
    return float(min(1.0, max(0.0, shares @ (density * _beyond(width * scales, count)))))


@lru_cache(maxsize=1024)
def quantile(level: float, count: int, df: float) -> float:
    """The width that is exceeded with the chance 1 - `level`."""
    high = 8.0
    while exceeds(high, count, df) > 1 - level:
        high *= 2
    return float(brentq(lambda width: exceeds(width, count, df) - (1 - level), 1e-9, high, xtol=1e-7))


def _beyond(widths: np.ndarray, count: int) -> np.ndarray:
    """The chance that the range of `count` standard normal numbers exceeds each width."""
    points, shares = _spread(-_REACH, _REACH)
    density = np.exp(-(points**2) / 2) / math.sqrt(2 * math.pi)
    # The smallest is at a point, all others within the width above it.
    inside = special.ndtr(points + widths[:, None]) - special.ndtr(points)
    whole: np.ndarray = 1 - count * (inside ** (count - 1) * density) @ shares
    return whole


def _spread(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """The rule's points and weights from `low` to `high`."""
    half = (high - low) / 2
    return low + half * (_NODES + 1), half * _WEIGHTS
