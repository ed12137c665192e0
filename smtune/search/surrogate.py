"""A Gaussian process that guesses the losses of configurations from those that were tried.

What earlier tuning jobs found counts as far as it resembles this one: their source is one more input, and how much
sources differ is learned like any length scale. The mathematics is scikit-learn's and scipy's. The process's own
parameters are the most probable ones (maximum a posteriori): with a dozen observations the most likely ones alone are
often absurd.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Kernel, WhiteKernel

from smtune.search.kernel import GroupedMatern
from smtune.search.observations import Observations
from smtune.search.space import Points, Space

Objective = Callable[[Points], tuple[float, Points]]
_NOISE = 5e-3  # of a variance of 1
_FITTED = 120  # observations that the kernel is fitted to: more cost time and change little
_KNOWN = 400  # observations that a guess stands on: its cost grows with their square
_STARTS = 2
_STEPS = 40
_JITTER = 1e-8


@dataclass(frozen=True)
class Surrogate:
    """What is believed of every point of a space."""

    space: Space
    seen: Observations
    process: GaussianProcessRegressor

    @property
    def noise(self) -> float:
        """The variance of two tries of the same configuration."""
        return float(self.process.kernel_.k2.noise_level)

    def mean(self, points: Points) -> Points:
        """The losses expected at `points`."""
        return np.asarray(self.process.predict(self._inputs(points)))

    def mean_and_deviation(self, points: Points) -> tuple[Points, Points]:
        """The losses expected at `points`, and the standard deviations of what is not known of them (noise aside)."""
        mean, deviation = self.process.predict(self._inputs(points), return_std=True)
        return mean, np.sqrt(np.maximum(deviation**2 - self.noise, 1e-10))

    def believing(self, points: Points) -> Surrogate:
        """As if `points`, which are still running, had ended as expected."""
        if not len(points):
            return self
        seen = self.seen.and_believed(points, self.mean(points))
        return Surrogate(self.space, seen, _condition(self.process.kernel_, self.space, seen))

    def _inputs(self, points: Points) -> Points:
        return _inputs(self.space, points, np.zeros(len(points), dtype=int), _count(self.seen))


def fit(space: Space, seen: Observations, rng: np.random.Generator) -> Surrogate:
    """The Gaussian process of what was seen; of thousands, the best and a sample of the others."""
    seen = seen.only(_sample(seen, _KNOWN, rng))
    inputs, chosen = _inputs(space, seen.points, seen.sources, _count(seen)), _sample(seen, _FITTED, rng)
    kernel = _kernel(space, _count(seen))
    process = GaussianProcessRegressor(kernel, alpha=_JITTER, optimizer=_optimizer(len(kernel.theta) - 2, rng))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of a parameter at its bound: that is what bounds are for
        fitted = process.fit(inputs[chosen], seen.losses[chosen]).kernel_
    return Surrogate(space, seen, _condition(fitted, space, seen))


def _condition(kernel: Kernel, space: Space, seen: Observations) -> GaussianProcessRegressor:
    inputs = _inputs(space, seen.points, seen.sources, _count(seen))
    return GaussianProcessRegressor(kernel, alpha=_JITTER, optimizer=None).fit(inputs, seen.losses)


def _count(seen: Observations) -> int:
    return int(seen.sources.max(initial=0)) + 1


def _inputs(space: Space, points: Points, sources: Any, count: int) -> Points:
    """The columns that the kernel sees; where there are several sources, one more for each."""
    columns = space.columns(points)
    return columns if count == 1 else np.hstack([columns, np.eye(count)[sources] * math.sqrt(0.5)])


def _kernel(space: Space, sources: int) -> Kernel:
    groups = space.groups if sources == 1 else np.concatenate([space.groups, np.full(sources, len(space))])
    count = int(groups.max()) + 1
    shape = GroupedMatern(np.full(count, 0.5), [(0.03, 30.0)] * count, 2.5, groups)
    return ConstantKernel(1.0, (0.05, 20.0)) * shape + WhiteKernel(1e-2, (1e-5, 1.0))


def _sample(seen: Observations, most: int, rng: np.random.Generator) -> Any:
    """Which observations count where there are more than `most`: the best, and as many of the rest."""
    order = np.argsort(seen.losses, kind="stable")
    half = most // 2
    if len(order) <= most:
        return np.arange(len(order))
    return np.concatenate([order[:half], rng.choice(order[half:], most - half, replace=False)])


def _optimizer(count: int, rng: np.random.Generator) -> Any:
    """scikit-learn's optimizer of a kernel, with what is known before any observation added to the likelihood."""

    def optimize(objective: Objective, initial: Points, bounds: Points) -> tuple[Points, float]:
        def posterior(theta: Points) -> tuple[float, Points]:
            value, gradient = objective(theta)
            prior, slope = _prior(theta, count)
            return value + prior, gradient + slope

        low, high = np.maximum(bounds[:, 0], -3.0), np.minimum(bounds[:, 1], 2.0)
        starts = [initial, *(rng.uniform(low, high) for _ in range(_STARTS - 1))]
        found = [
            minimize(posterior, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": _STEPS})
            for start in starts
        ]
        best = min(found, key=lambda each: float(each.fun))
        return best.x, float(best.fun)

    return optimize


def _prior(theta: Points, count: int) -> tuple[float, Points]:
    """Minus the log density of the kernel's parameters (logarithms of variance, length scales, noise), and its slope.

    Length scales grow with the root of the number of hyperparameters, as distances in a cube do.
    """
    centre = np.array([0.0, *[math.log(0.6 * math.sqrt(count / 2))] * count, math.log(_NOISE)])
    width = np.array([1.0, *[1.0] * count, 2.0])
    away = (theta - centre) / width
    return float(0.5 * np.sum(away**2)), away / width
