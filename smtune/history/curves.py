"""What the shape of a learning curve says, numbers in, numbers out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from smtune.history.model import Floats

_NORMAL = 1.4826
FEWEST_POINTS = 8
_DRAWS = 2_000
_LONGEST = 400
"""Points; a longer curve is averaged down to at most this many."""


@dataclass(frozen=True)
class Fall:
    """How a loss fell at the end of its curve."""

    window: int
    """Points looked at."""
    p: float
    """The chance of such a fall if it has stopped: Kendall's test, one-sided."""
    gain: float
    """What another window would bring at the median slope (Theil-Sen)."""


def falling(losses: Floats) -> Fall | None:
    """The fall of the last `max(8, T/4)` of T points; None for fewer than eight, or where one is not finite."""
    from scipy.stats import kendalltau, theilslopes

    window = max(FEWEST_POINTS, len(losses) // 4)
    late = losses[-window:]
    if len(losses) < FEWEST_POINTS or not np.isfinite(late).all():
        return None
    if np.ptp(late) == 0:
        return Fall(window, 1.0, 0.0)
    steps = np.arange(window)
    p = float(kendalltau(steps, late, alternative="less").pvalue)
    shown = late if window <= _LONGEST else late[:: math.ceil(window / _LONGEST)]
    slope = float(theilslopes(shown)[0]) / (1 if window <= _LONGEST else math.ceil(window / _LONGEST))
    return Fall(window, p, -slope * window)


def roughness(losses: Floats) -> float:
    """The noise from step to step (standard deviation): the median of successive differences, their own median off.

    A metric that counts rows stays the same at most steps: then by all differences, for their median tells nothing.
    """
    steps = np.diff(losses)
    if not len(steps):
        return 0.0
    usual = _NORMAL * float(np.median(np.abs(steps - np.median(steps))))
    return (usual or float(np.std(steps))) / math.sqrt(2)


@dataclass(frozen=True)
class Rise:
    """How a loss rose after its lowest place."""

    at: int
    """The index of the lowest place of the smoothed curve."""
    rise: float
    """From there to the end, both smoothed."""
    least: float
    """What noise alone reaches in 5 of 100 flat curves."""

    @property
    def is_beyond_noise(self) -> bool:
        return self.rise > self.least


def rising(losses: Floats) -> Rise | None:
    """How far the end lies above the lowest place; None for fewer than eight points, or where one is not finite.

    Of noisy points the lowest is always below the last. So the curve is smoothed, and the rise is held against what
    flat curves of the same length, with the same noise from step to step, show.
    """
    if len(losses) < FEWEST_POINTS or not np.isfinite(losses).all():
        return None
    every = math.ceil(len(losses) / _LONGEST)
    short = losses[: len(losses) // every * every].reshape(-1, every).mean(axis=1)
    smooth, width = _smoothed(short), _width(len(short))
    at = int(smooth.argmin())
    middle = min(len(losses) - 1, (at + width // 2) * every + every // 2)
    return Rise(middle, float(smooth[-1] - smooth[at]), roughness(short) * _flat(len(short)))


def _width(count: int) -> int:
    return max(3, count // 10)


def _smoothed(values: Floats) -> Floats:
    return np.convolve(values, np.full(_width(len(values)), 1 / _width(len(values))), mode="valid")


@lru_cache(maxsize=256)
def _flat(count: int) -> float:
    """Of flat curves with independent normal noise: what 95 of 100 rises do not reach, in units of their roughness."""
    draws = np.random.default_rng(count).normal(size=(_DRAWS, count))
    width = _width(count)
    sums = np.cumsum(np.pad(draws, ((0, 0), (1, 0))), axis=1)
    smooth = (sums[:, width:] - sums[:, :-width]) / width
    steps = np.diff(draws, axis=1)
    rough = _NORMAL * np.median(np.abs(steps - np.median(steps, axis=1)[:, None]), axis=1) / math.sqrt(2)
    return float(np.quantile((smooth[:, -1] - smooth.min(axis=1)) / rough, 0.95))
