"""How often `smtune.history` sees what is not there, and what is: tuning jobs and learning curves with a known truth.

    PYTHONPATH=. .venv/bin/python benchmarks/history.py [--histories 400] [--only importance edge] [--processes 2]

Each line is a question and a truth. Under "false" stands how many of 100 tuning jobs are said to have what they have
not, under "found" how many are said to have what they have; behind each its 95 % interval (Wilson).
"""

from __future__ import annotations

import argparse
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import sqrt

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from histories import Floats, World, bowl, bowls, flat, history_of_curve, searched, slope

from smtune.history import History
from smtune.history.edges import edges
from smtune.history.falling import observe_falling
from smtune.history.importance import LEVEL, importances
from smtune.history.overfitting import observe_overfitting
from smtune.history.plateau import observe_plateau

JOBS = (20, 50)
POINTS = (20, 50, 200)
Shape = Callable[[Floats], Floats]
"""Training time in 0..1 -> loss."""


@dataclass(frozen=True)
class Case:
    """A question, asked where the answer is known."""

    question: str
    truth: str
    is_there: bool
    sees: Callable[[int, int, bool], bool]
    """Seed, size (training jobs, or points of a curve), adaptive? -> whether it is said to be there."""
    sizes: Sequence[int] = JOBS
    searches: Sequence[bool] = (False, True)


def cases() -> list[Case]:
    """All of them."""
    nothing = ("x0", "x1", "x2", "x3")
    importance = functools.partial(Case, "importance")
    edge = functools.partial(Case, "edge")
    plateau = functools.partial(Case, "plateau")
    falling, overfitting = (
        functools.partial(Case, each, sizes=POINTS, searches=(False,)) for each in ("still falling", "overfitting")
    )
    return [
        importance("nothing matters", False, _of(World(flat, 1.0), _matters, nothing)),
        importance("x0 matters: the others", False, _of(World(slope, 0.5), _matters, nothing[1:])),
        importance("half of the variance", True, _of(World(slope, 1.0), _matters, nothing[:1])),
        importance("nine tenths of the variance", True, _of(World(slope, 1 / 3), _matters, nothing[:1])),
        edge("nothing matters", False, _of(World(flat, 1.0), _at_edge, nothing)),
        edge("best in the middle", False, _of(World(bowl(0.5), 0.5), _at_edge, nothing)),
        edge("x0 at its edge: the others", False, _of(World(slope, 0.5), _at_edge, nothing[1:])),
        edge("half of the variance", True, _of(World(slope, 1.0), _at_edge, nothing[:1])),
        edge("nine tenths of the variance", True, _of(World(slope, 1 / 3), _at_edge, nothing[:1])),
        plateau("as many jobs gain 2 x noise", False, _of(World(slope, 0.02), _flat_out), searches=(False,)),
        plateau("as many jobs gain 3 x noise", False, _of(World(bowls, 0.01), _flat_out)),
        plateau("nothing matters", True, _of(World(flat, 1.0), _flat_out)),
        plateau("noise as large as all effects", True, _of(World(bowls, 1.0), _flat_out)),
        falling("flat", False, _curve(_level, 0.02, _falls)),
        falling("settled", False, _curve(_settled, 0.02, _falls)),
        falling("falls to the end", True, _curve(_straight, 0.02, _falls)),
        falling("falls to the end, heavy noise", True, _curve(_straight, 0.1, _falls)),
        overfitting("flat", False, _curve(_level, 0.02, _rises)),
        overfitting("settled", False, _curve(_settled, 0.02, _rises)),
        overfitting("falls to the end", False, _curve(_straight, 0.1, _rises)),
        overfitting("rises by a tenth", True, _curve(_turning(0.1), 0.02, _rises)),
        overfitting("rises by a fifth", True, _curve(_turning(0.2), 0.02, _rises)),
    ]


def _of(world: World, sees: Callable[..., bool], *about: object) -> Callable[[int, int, bool], bool]:
    return functools.partial(_asked, world, sees, about)


def _asked(
    world: World, sees: Callable[..., bool], about: Sequence[object], seed: int, jobs: int, adaptive: bool
) -> bool:
    return sees(searched(world, jobs, seed, adaptive=adaptive), *about)


def _matters(history: History, names: Sequence[str]) -> bool:
    found = importances(history.sample, is_adaptive=history.is_adaptive)
    return any(each.p <= LEVEL and each.hyperparameter in names for each in found)


def _at_edge(history: History, names: Sequence[str]) -> bool:
    return any(each.is_at_edge and each.axis.name in names for each in edges(history.sample))


def _flat_out(history: History) -> bool:
    return next(observe_plateau(history)).is_present


def _curve(shape: Shape, noise: float, sees: Callable[[History], bool]) -> Callable[[int, int, bool], bool]:
    return functools.partial(_drawn, shape, noise, sees)


def _drawn(shape: Shape, noise: float, sees: Callable[[History], bool], seed: int, points: int, _: bool) -> bool:
    rng = np.random.default_rng([seed, points])
    return sees(history_of_curve(shape(np.linspace(0.0, 1.0, points)) + noise * rng.normal(size=points)))


def _falls(history: History) -> bool:
    return next(observe_falling(history)).is_present


def _rises(history: History) -> bool:
    return next(observe_overfitting(history)).is_present


def _level(time: Floats) -> Floats:
    return 0.0 * time


def _settled(time: Floats) -> Floats:
    return np.asarray(np.exp(-12.0 * time))


def _straight(time: Floats) -> Floats:
    return 1.0 - 0.8 * time


def _turning(rise: float) -> Shape:
    """Falls by 1 in the first half, rises by `rise` in the second."""
    return functools.partial(_turned, rise)


def _turned(rise: float, time: Floats) -> Floats:
    return np.asarray(np.exp(-12.0 * time) + 2.0 * rise * np.maximum(0.0, time - 0.5))


def rate(case: Case, size: int, adaptive: bool, histories: int, processes: int = 1) -> int:
    """In how many of the histories the thing is said to be there."""
    ask = case.sees
    arguments = (range(histories), [size] * histories, [adaptive] * histories)
    if processes == 1:
        return sum(map(ask, *arguments))
    with ProcessPoolExecutor(processes) as pool:
        return sum(pool.map(ask, *arguments, chunksize=10))


def table(histories: int, only: Sequence[str], processes: int) -> Iterator[str]:
    yield f"| question | truth | search | size | false | found |   {histories} each"
    yield "|---|---|---|---|---|---|"
    for case in cases():
        if only and case.question.split()[0] not in only:
            continue
        for adaptive in case.searches:
            for size in case.sizes:
                seen = rate(case, size, adaptive, histories, processes)
                low, high = wilson(seen, histories)
                cell = f"{100 * seen / histories:.1f} % ({100 * low:.0f} to {100 * high:.0f})"
                search = "" if case.sizes is POINTS else "adaptive" if adaptive else "random"
                unit = "points" if case.sizes is POINTS else "jobs"
                columns = ("", cell) if case.is_there else (cell, "")
                yield f"| {case.question} | {case.truth} | {search} | {size} {unit} | {columns[0]} | {columns[1]} |"


def wilson(seen: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.96, seen / of
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - half) / (1 + z * z / of)), min(1.0, (middle + half) / (1 + z * z / of))


def main() -> None:
    parser = argparse.ArgumentParser(description="False alarms and detections of smtune.history.")
    parser.add_argument("--histories", type=int, default=400, help="tuning jobs, or curves, for each line")
    parser.add_argument("--only", nargs="+", default=[], help="importance, edge, plateau, still, overfitting")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for line in table(options.histories, options.only, options.processes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
