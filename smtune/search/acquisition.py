"""Where a try is worth most: the point of the largest expected improvement."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import log_ndtr
from scipy.stats import qmc

from smtune.search.space import Points, Space
from smtune.search.surrogate import Surrogate

_EVERYWHERE = 1024
_LEADERS, _NEIGHBOURS, _ROUNDS = 4, 50, 6
_NEAR = ((0.1, 60), (0.03, 40))
_CHANGED = 0.3
_TINY = 1e-300


def promising(surrogate: Surrogate, best: float, around: Points, rng: np.random.Generator) -> Points:
    """Points of the space by falling expected improvement on the loss `best`.

    Looked for everywhere, then closer and closer to the most promising ones and to those of `around`, the best so far.
    """
    space = surrogate.space
    everywhere = space.snap(qmc.Sobol(len(space), rng=rng).random(_EVERYWHERE))
    points = np.vstack([everywhere, *(_near(space, around, radius, count, rng) for radius, count in _NEAR)])
    worth = log_improvement(surrogate, best, points)
    radius = _NEAR[0][0]
    for _ in range(_ROUNDS):
        leaders = points[np.argsort(-worth, kind="stable")[:_LEADERS]]
        more = _near(space, leaders, radius, _NEIGHBOURS, rng)
        points = np.vstack([points, more])
        worth = np.concatenate([worth, log_improvement(surrogate, best, more)])
        radius /= 2
    return points[np.argsort(-worth, kind="stable")]


def log_improvement(surrogate: Surrogate, best: float, points: Points) -> Points:
    """The logarithm of the expected improvement at `points`, right far out in the tail too."""
    mean, deviation = surrogate.mean_and_deviation(points)
    gap = (best - mean) / deviation
    density = -0.5 * gap**2 - 0.5 * math.log(2 * math.pi)
    # density + gap * probability: far out they cancel each other, and 1 / gap^2 of the density is left.
    exact = np.exp(density) + gap * np.exp(log_ndtr(gap))
    tail = density - 2 * np.log(np.maximum(-gap, 1.0))
    return np.asarray(np.log(deviation) + np.where(gap > -5, np.log(np.maximum(exact, _TINY)), tail))


def _near(space: Space, centres: Points, radius: float, count: int, rng: np.random.Generator) -> Points:
    """`count` neighbours of each of `centres`: some hyperparameters change, and at least one."""
    start = np.repeat(centres, count, axis=0)
    shape = start.shape
    changed = rng.random(shape) < max(_CHANGED, min(1.0, 2 / len(space)))
    changed[np.arange(shape[0]), rng.integers(0, len(space), shape[0])] = True
    moved = np.stack([axis.near(start[:, index], radius, rng) for index, axis in enumerate(space.axes)], axis=1)
    return space.snap(np.where(changed, moved, start))
