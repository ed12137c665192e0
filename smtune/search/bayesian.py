"""Bayesian search: a few configurations spread evenly, then those that a Gaussian process expects most of.

Of those still running it believes what it expects, so parallel training jobs do not try the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.stats import qmc

from smtune.search.acquisition import promising
from smtune.search.observations import observed, succeeded
from smtune.search.question import Question
from smtune.search.space import Points
from smtune.search.surrogate import fit

_FIRST = 8
_FEWEST = 3  # successes that a guess can stand on
_LEADERS = 5


def by_expectation(question: Question) -> Iterator[dict[str, str]]:
    """Configurations, the most promising first."""
    known = [*question.trials, *(trial for past in question.past for trial in past.trials)]
    if len(known) < _FIRST or sum(1 for _ in succeeded(known)) < _FEWEST:
        yield from _spread(question)
        return
    for point in _ranked(question):
        yield question.space.config(point)


def _spread(question: Question) -> Iterator[dict[str, str]]:
    """Points of a Sobol sequence of the job's seed: any number of first ones covers the space evenly."""
    space = question.space
    sequence = qmc.Sobol(len(space), rng=np.random.default_rng(question.seed))
    power = max(math.ceil(math.log2(question.number)), 3)
    yield from (space.config(point) for point in space.snap(sequence.random_base2(power))[question.number - 1 :])


def _ranked(question: Question) -> Points:
    rng = question.rng()
    seen = observed(question)
    surrogate = fit(question.space, seen, rng)
    mine = seen.points[seen.own] if seen.own.any() else seen.points
    leaders = mine[np.argsort(surrogate.mean(mine), kind="stable")[:_LEADERS]]
    running = question.space.points([trial.config for trial in question.trials if trial.state == "pending"])
    believing = surrogate.believing(running)
    best = float(believing.mean(np.vstack([mine, running])).min())
    return promising(believing, best, leaders, rng)
