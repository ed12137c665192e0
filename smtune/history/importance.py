"""Which hyperparameters matter? Importances always have a first place; here it has to beat the first of chance.

The objective's ranks, the order of the jobs taken out, are shuffled a thousand times. Of each shuffle only the LARGEST
importance is kept, each measured in standard deviations of its own hyperparameter's chance (choices of many values
explain more by chance than numbers). What is above 95 of 100 of those is shown to matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smtune.history.forest import Forest, grow
from smtune.history.model import Floats, History, Sample
from smtune.history.observation import Observation, too_few
from smtune.history.ranks import LEVEL as LEVEL
from smtune.history.ranks import controls, ranked, residuals
from smtune.history.words import tell_chance, tell_jobs, tell_share

FEWEST = 10
_SHUFFLES = 999
_RESAMPLES = 200


@dataclass(frozen=True)
class Importance:
    """Of one hyperparameter."""

    hyperparameter: str
    share: float
    """Of the variance of the objective's ranks that splits on it explain, chance taken off; 0 to 1."""
    low: float
    high: float
    """95 % of resamples of the training jobs lie between."""
    p: float
    """How often the largest importance of shuffled objectives is as large."""


def importances(sample: Sample, *, is_adaptive: bool = False, seed: int = 0) -> tuple[Importance, ...]:
    """One for each hyperparameter that varies, the most important first; none for fewer than ten training jobs.

    Of a search that learns (`is_adaptive`) the other hyperparameters are regressed out of the objective before a
    hyperparameter is looked at: they move together, so that one without influence would share in another's.
    """
    if len(sample) < FEWEST or not sample.varied or np.ptp(sample.losses) == 0:
        return ()
    rng = np.random.default_rng(seed)
    forest, values = grow(sample, rng), _values(sample, is_adaptive=is_adaptive)
    seen = _own(forest, values, np.arange(len(sample))[:, None])[:, 0]
    orders = np.stack([rng.permutation(len(sample)) for _ in range(_SHUFFLES)], axis=1)
    shuffled = _own(forest, values, orders)
    mean, spread = shuffled.mean(axis=1), np.maximum(shuffled.std(axis=1), 1e-12)
    largest = ((shuffled - mean[:, None]) / spread[:, None]).max(axis=0)
    chances = [(1 + int((largest >= score - 1e-9).sum())) / (1 + _SHUFFLES) for score in (seen - mean) / spread]
    counts = rng.multinomial(len(sample), np.full(len(sample), 1 / len(sample)), size=_RESAMPLES).T.astype(np.float64)
    same = np.repeat(np.arange(len(sample))[:, None], _RESAMPLES, axis=1)
    drawn = _own(forest, values, same, counts)
    # A resample has fewer distinct jobs, so chance explains more of it: the bootstrap's own bias is taken off.
    bias = drawn.mean(axis=1) - seen
    low, high = np.quantile(drawn - bias[:, None], [0.025, 0.975], axis=1) - mean
    shares, lows, highs = (np.clip(each, 0.0, 1.0) for each in (seen - mean, low, high))
    names = [sample.axes[axis].name for axis in sample.varied]
    found = map(Importance, names, shares.tolist(), lows.tolist(), highs.tolist(), chances)
    return tuple(sorted(found, key=lambda each: (each.p, -each.share)))


def _values(sample: Sample, *, is_adaptive: bool) -> Floats:
    """(d, n): for each hyperparameter the ranks of the objective, without the order's part and, maybe, the others'."""
    ranks, order = ranked(sample.losses), ranked(sample.order)
    if not is_adaptive:
        return np.repeat(residuals(ranks, (order - order.mean())[:, None])[None], len(sample.varied), axis=0)
    return np.stack([residuals(ranks, controls(sample, axis)) for axis in sample.varied])


def _own(forest: Forest, values: Floats, orders: npt.NDArray[np.int_], weights: Floats | None = None) -> Floats:
    """(d, b): each hyperparameter's importance for its own row of `values`, for each of the orders (n, b)."""
    if np.ptp(values, axis=0).max() == 0:
        return forest.importances(values[0][orders], weights)
    return np.stack([forest.of(row).importances(each[orders], weights)[row] for row, each in enumerate(values)])


def observe_importance(history: History) -> Iterator[Observation]:
    """Which hyperparameters are shown to matter."""
    sample = history.sample
    found = importances(sample, is_adaptive=history.is_adaptive)
    count = f"{tell_jobs(len(sample))} with an objective"
    if not found:
        same = len(sample) >= FEWEST
        reason = "nothing varied, in hyperparameters or objective" if same else f"{FEWEST} would be a start"
        yield too_few("importance", f"Which hyperparameters matter cannot be told from {count}: {reason}.")
        return
    for each in found:
        numbers = {"share": each.share, "low": each.low, "high": each.high, "p": each.p, "jobs": len(sample)}
        size = (
            f"{tell_share(each.share)} of the objective's ranks (95 % {100 * each.low:.0f} to {tell_share(each.high)})"
        )
        if each.p <= LEVEL:
            sentence = f"{each.hyperparameter} matters: it explains {size}; {tell_chance(each.p)}."
            yield Observation("importance", "present", sentence, each.hyperparameter, numbers)
        else:
            sentence = f"{each.hyperparameter} cannot be shown to matter with {count} ({tell_chance(each.p)})."
            yield Observation("importance", "not enough evidence", sentence, each.hyperparameter, numbers)
