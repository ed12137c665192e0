"""Tuning jobs with a known truth: made-up searches, random and adaptive, and made-up learning curves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smtune.history import History, Run
from smtune.search.space import Number

Floats = npt.NDArray[np.float64]
Truth = Callable[[Floats], float]
"""A configuration, (d,) in 0..1 -> its true loss, of standard deviation about 1 over the cube."""
STARTS = 10


@dataclass(frozen=True)
class World:
    """What is searched, and how noisy it is."""

    truth: Truth
    noise: float
    """Standard deviation, in units of the truth's own."""
    dimensions: int = 4


def searched(world: World, jobs: int, seed: int, *, adaptive: bool) -> History:
    """A tuning job: random, or, after 10 random jobs, by Parzen densities of the good and of the others (TPE)."""
    rng = np.random.default_rng([seed, adaptive])  # more jobs begin with the same ones
    points: list[Floats] = []
    values: list[float] = []
    for number in range(jobs):
        learns = adaptive and number >= STARTS
        point = _parzen(points, values, rng) if learns else rng.random(world.dimensions)
        points.append(point)
        values.append(world.truth(point) + world.noise * float(rng.normal()))
    return history_of_points(points, values, adaptive=adaptive)


def history_of_points(points: Sequence[Floats], values: Sequence[float], *, adaptive: bool = False) -> History:
    """Training jobs at these places, with these losses."""
    names = [f"x{index}" for index in range(len(points[0]))]
    runs = [
        Run(f"job-{number}", dict(zip(names, map(float, point), strict=True)), float(value))
        for number, (point, value) in enumerate(zip(points, values, strict=True))
    ]
    return History(runs, [Number(name, 0.0, 1.0, "Linear") for name in names], metric="loss", is_adaptive=adaptive)


def history_of_curve(losses: Floats) -> History:
    """One training job whose training and validation losses are both these."""
    curve = tuple(enumerate(map(float, losses)))
    run = Run("job", {"x0": 0.5}, float(losses[-1]), curves={"validation:loss": curve, "train:loss": curve})
    names = ("validation:loss", "train:loss")
    return History([run], [Number("x0", 0.0, 1.0, "Linear")], metric=names[0], training_metric=names[1], whole_gap=1.0)


def _parzen(points: list[Floats], values: list[float], rng: np.random.Generator) -> Floats:
    """Of 24 places near the best tenth the one that is most like those and least like the others, in each dimension."""
    order = np.argsort(values)
    cut = max(2, -(-len(points) // 10))
    placed = np.array(points)
    return np.array(
        [_place(placed[order[:cut], each], placed[order[cut:], each], rng) for each in range(len(points[0]))]
    )


def _place(good: Floats, others: Floats, rng: np.random.Generator) -> float:
    # One more kernel, as wide as the range, keeps everything possible.
    widths, centres = np.append(_widths(good), 1.0), np.append(good, 0.5)
    chosen = rng.integers(0, len(centres), 24)
    tried = centres[chosen] + widths[chosen] * rng.normal(size=24)
    tried = np.where((tried < 0) | (tried > 1), rng.random(24), tried)
    ratio = _density(tried, centres, widths) / _density(tried, np.append(others, 0.5), np.append(_widths(others), 1.0))
    return float(tried[int(np.argmax(ratio))])


def _widths(centres: Floats) -> Floats:
    """Each kernel reaches to the further of its neighbours, the ends of the range among them."""
    order = np.argsort(centres)
    gaps = np.diff(np.concatenate([[0.0], centres[order], [1.0]]))
    widths = np.empty(len(centres))
    widths[order] = np.clip(np.maximum(gaps[:-1], gaps[1:]), 1 / min(100, len(centres) + 1), 1.0)
    return widths


def _density(at: Floats, centres: Floats, widths: Floats) -> Floats:
    return np.asarray((np.exp(-0.5 * ((at[:, None] - centres) / widths) ** 2) / widths).sum(axis=1) / len(centres))


def flat(_: Floats) -> float:
    """No hyperparameter matters."""
    return 0.0


def slope(point: Floats) -> float:
    """x0 matters, all the way to its upper end; sd 1."""
    return float(-np.sqrt(12.0) * point[0])


def bowl(centre: float) -> Truth:
    """x0 matters, with its best value at `centre`; sd 1."""
    grid = (np.linspace(0, 1, 2001) - centre) ** 2
    scale = float(grid.std())
    return functools.partial(_bowl, centre, scale)


def _bowl(centre: float, scale: float, point: Floats) -> float:
    return float((point[0] - centre) ** 2 / scale)


def bowls(point: Floats) -> float:
    """All hyperparameters matter, with their best values within the ranges, the first two together; sd about 1."""
    apart = point - np.linspace(0.35, 0.65, len(point))
    return float((apart**2).sum() / 0.19 + 2.0 * apart[0] * apart[1] / 0.19)
