"""Bayesian search: the configurations that a Gaussian process expects most of.

Of those still running it believes what it expects, so parallel training jobs do not try the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from smtune.search.acquisition import promising
from smtune.search.observations import observed
from smtune.search.question import Question
from smtune.search.space import Points
from smtune.search.surrogate import fit

_LEADERS = 5


def by_expectation(question: Question) -> Iterator[dict[str, str]]:
    """Configurations, the most promising first."""
    with threadpool_limits(1):  # matrices this small cost threads more than they bring
        ranked = _ranked(question)
    for point in ranked:
        yield question.space.config(point)


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
