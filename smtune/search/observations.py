"""What a search has seen: points with losses, of this tuning job and of earlier ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

from smtune.search.question import Question, Trial
from smtune.search.space import Points


@dataclass(frozen=True)
class Observations:
    """n points; each source has its own level and spread of losses, so they are made comparable source by source."""

    points: Points
    """(n, d)."""
    losses: Points
    """(n,), of mean 0 and variance 1 in each source."""
    sources: npt.NDArray[np.int_]
    """(n,): 0 for this job and those of the same data, else the number of the earlier job."""

    def __len__(self) -> int:
        return len(self.losses)

    @property
    def own(self) -> npt.NDArray[np.bool_]:
        """Which are of this job's problem."""
        return np.asarray(self.sources == 0)

    def only(self, chosen: npt.NDArray[np.int_]) -> Observations:
        """Some of them."""
        return Observations(self.points[chosen], self.losses[chosen], self.sources[chosen])

    def and_believed(self, points: Points, losses: Points) -> Observations:
        """With `points` of this job, whose losses are only expected."""
        return Observations(
            np.vstack([self.points, points]),
            np.concatenate([self.losses, losses]),
            np.concatenate([self.sources, np.zeros(len(points), dtype=int)]),
        )


def observed(question: Question) -> Observations:
    """All that was found so far; a training job that failed counts as no better than the worst of its job."""
    others = [past.trials for past in question.past if not past.is_same]
    same = [trial for past in question.past if past.is_same for trial in past.trials]
    points, losses, sources = [np.empty((0, len(question.space)))], [np.empty(0)], [np.empty(0, dtype=int)]
    for number, trials in enumerate([[*same, *question.trials], *others]):
        known = list(_losses(trials, maximize=question.maximize))
        if known:
            points.append(question.space.points([trial.config for trial, _ in known]))
            losses.append(even_out(np.array([loss for _, loss in known])))
            sources.append(np.full(len(known), number))
    return Observations(np.vstack(points), np.concatenate(losses), np.concatenate(sources))


def even_out(losses: Points) -> Points:
    """Losses of mean 0 and variance 1; those above the median are pulled in where they are far off.

    A search is about the good half. One that diverged must not make all others look alike.
    """
    centred = losses - np.median(losses)
    good = centred[centred < 0]
    scale = math.sqrt(np.mean(good**2)) if len(good) else float(np.std(losses))
    even = centred / (scale or 1.0)
    normal = ndtri((rankdata(even) - 0.5) / len(even))
    even = np.where(even > 0, np.minimum(even, normal), even)
    return np.asarray((even - even.mean()) / (even.std() or 1.0))


def _losses(trials: Sequence[Trial], *, maximize: bool) -> Iterator[tuple[Trial, float]]:
    values = [
        (trial, -trial.value if maximize else trial.value)
        for trial in trials
        if trial.has_succeeded and trial.value is not None
    ]
    if not values:
        return
    yield from values
    worst = max(loss for _, loss in values)
    yield from ((trial, worst) for trial in trials if trial.state == "failed")
