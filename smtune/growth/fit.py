"""Losses by rows -> the power law loss(n) = a + b * n**-c through them, and every such law that they do not refute.

The limits are those of the profile likelihood (Bates and Watts, Nonlinear Regression Analysis, chapter 6): all laws
whose sum of squares is within an F limit of the least. For each c a law is a straight line, so those are an ellipse,
cut off where b or a would be negative. A bootstrap of so few trainings is far too sure: see benchmarks/growth.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import least_squares

from smtune.growth.model import Curve
from smtune.retrain.model import Interval

LEVEL = 0.95
EXPONENTS = (0.05, 1.5)
PARAMETERS = 3
_COARSE = np.linspace(*EXPONENTS, 59)
_FINE = 41
_EXACT = 1e-9
Array = NDArray[np.float64]
Values = Sequence[tuple[float, float]]
"""(rows, loss) of each training."""


@dataclass(frozen=True)
class Laws:
    """For each exponent the laws as lines in x: loss = u + d * (x - mean), x from 1 (fewest rows) to 0 (most rows).

    Arrays have a number for each exponent; the sum of squares of a law is
    `least + count * (u - centre)**2 + spread * (d - drop)**2`.
    """

    exponents: Array
    count: int
    centre: float
    drop: Array
    spread: Array
    least: Array
    mean: Array
    span: Array
    """Of n**-c from the most rows to the fewest, the most rows being 1."""
    floored: bool
    """Whether a cannot be negative."""

    @cached_property
    def limit(self) -> float:
        """The sum of squares of a law that is only just not refuted."""
        df = self.count - PARAMETERS
        best = min(float(left.min()) for _, _, left in self._optima())
        return best * (1 + float(stats.t.ppf((1 + LEVEL) / 2, df)) ** 2 / df)

    @property
    def best(self) -> tuple[float, float, float]:
        """u, d and c of the law with the least sum of squares."""
        found = min(self._optima(), key=lambda each: float(each[2].min()))
        place = int(found[2].argmin())
        return float(found[0][place]), float(found[1][place]), float(self.exponents[place])

    def level(self, times: float) -> Interval:
        """The loss at `times` the most rows."""
        return self._limits(1.0, self._x(times) - self.mean)

    def gain(self, times: float) -> Interval:
        """How much less it is there than at the most rows."""
        return self._limits(0.0, -self._x(times))

    def curve(self) -> Curve:
        """The best law, the most rows being 1."""
        u, d, c = self.best
        place = int(np.abs(self.exponents - c).argmin())
        b = d / float(self.span[place])
        return Curve(u - d * float(self.mean[place]) - b, b, c)

    def _x(self, times: float) -> Array:
        found: Array = (times**-self.exponents - 1) / self.span
        return found

    def _limits(self, along: float, down: Array) -> Interval:
        """Of `along * u + down * d`."""
        u, d, c = self.best
        value = along * u + float(down[np.abs(self.exponents - c).argmin()]) * d
        found = [along * ends[0] + down * ends[1] for ends in self._extremes(along, down)]
        every = np.concatenate([np.array([value]), *(each[np.isfinite(each)] for each in found)])
        return Interval(value, float(every.min()), float(every.max()))

    def _optima(self) -> Iterator[tuple[Array, Array, Array]]:
        """u, d and sum of squares of the best law inside and on each edge; infinite where that has a or b below 0."""
        u = np.full_like(self.drop, self.centre)
        yield u, self.drop, np.where(self._is_legal(u, self.drop), self.least, np.inf)
        for up, over in self._edges():
            at, left, _ = self._along(up, over)
            yield at * up, at * over, np.where(self._is_legal(at * up, at * over), left, np.inf)

    def _extremes(self, along: float, down: Array) -> Iterator[tuple[Array, Array]]:
        """u and d at the ends of all that is not refuted, nan where there is nothing."""
        size = np.sqrt(along**2 / self.count + down**2 / self.spread)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = np.sqrt(self.limit - self.least) / size
        edges = [(*self._along(up, over), up, over) for up, over in self._edges()]
        for sign in (-1.0, 1.0):
            yield self._legal(
                self.centre + sign * step * along / self.count, self.drop + sign * step * down / self.spread
            )
            if self.floored:  # the corner in which the edges meet: no loss at all
                nothing = self.least + self.count * self.centre**2 + self.spread * self.drop**2
                corner = np.where(nothing <= self.limit, 0.0, np.nan)
                yield corner, corner
            for at, left, heavy, up, over in edges:
                with np.errstate(invalid="ignore"):
                    end = at + sign * np.sqrt((self.limit - left) / heavy)
                yield self._legal(end * up, end * over)

    def _edges(self) -> Iterator[tuple[Array, Array]]:
        """The directions (in u and d) of b = 0 and, if floored, of a = 0."""
        yield np.ones_like(self.drop), np.zeros_like(self.drop)
        if self.floored:
            yield self.mean + 1 / self.span, np.ones_like(self.drop)

    def _along(self, up: Array, over: Array) -> tuple[Array, Array, Array]:
        """On an edge: where the best law is, its sum of squares, and what a step of 1 adds to that, squared."""
        heavy = self.count * up**2 + self.spread * over**2
        at = (self.count * up * self.centre + self.spread * over * self.drop) / heavy
        left = self.least + self.count * (at * up - self.centre) ** 2 + self.spread * (at * over - self.drop) ** 2
        return at, left, heavy

    def _is_legal(self, u: Array, d: Array) -> Any:
        slack = _EXACT * max(abs(self.centre), 1e-300)
        legal = d >= -slack
        return legal & (u - d * (self.mean + 1 / self.span) >= -slack) if self.floored else legal

    def _legal(self, u: Array, d: Array) -> tuple[Array, Array]:
        with np.errstate(invalid="ignore"):
            is_legal = self._is_legal(u, d)
        return np.where(is_legal, u, np.nan), np.where(is_legal, d, np.nan)


def laws(values: Values, *, floored: bool) -> Laws:
    """The laws for trainings on three numbers of rows or more, and on more trainings than a law has parameters.

    `floored`: no loss can be below 0, so no law goes there.
    """
    *_, c = _laws(values, _COARSE, floored=floored).best
    step = _COARSE[1] - _COARSE[0]
    near = np.linspace(max(c - step, EXPONENTS[0]), min(c + step, EXPONENTS[1]), _FINE)
    return _laws(values, np.union1d(_COARSE, near), floored=floored)


def _laws(values: Values, exponents: Array, *, floored: bool) -> Laws:
    rows, losses = (np.array(each, dtype=float) for each in zip(*values, strict=True))
    powers = (rows / rows.max())[:, None] ** -exponents[None, :]
    span = powers.max(axis=0) - 1
    x = (powers - 1) / span
    mean = x.mean(axis=0)
    spread = ((x - mean) ** 2).sum(axis=0)
    centre = float(losses.mean())
    drop = ((x - mean) * (losses - centre)[:, None]).sum(axis=0) / spread
    errors = (losses - centre)[:, None] - drop * (x - mean)
    # What is left where nothing is but the rounding of floats.
    least = (errors**2).sum(axis=0) + len(losses) * (_EXACT * centre) ** 2
    return Laws(exponents, len(losses), centre, drop, spread, least, mean, span, floored)


def fit(values: Values, *, floored: bool) -> Curve:
    """The power law with the least sum of squares: b not negative, c within `EXPONENTS`, a as in `laws`."""
    rows, losses = (np.array(each, dtype=float) for each in zip(*values, strict=True))
    most = float(rows.max())
    if not losses.any():
        return Curve(0.0, 0.0, EXPONENTS[0])
    start = laws(values, floored=floored).curve()
    low = np.array([0.0 if floored else -np.inf, 0.0, EXPONENTS[0]])
    high = np.array([np.inf, np.inf, EXPONENTS[1]])
    least = _EXACT * float(np.abs(losses).max())
    inside = np.array([least, least, _EXACT])
    begin = np.clip([start.a, start.b, start.c], low + inside, high - inside)

    def errors(law: Array) -> Array:
        found: Array = law[0] + law[1] * (rows / most) ** -law[2] - losses
        return found

    a, b, c = least_squares(errors, begin, bounds=(low, high), x_scale=np.maximum(np.abs(begin), 1e-6)).x
    asymptote = float(a) if abs(a) > 2 * least else 0.0
    return Curve(asymptote, float(b) * math.pow(most, float(c)), float(c))
