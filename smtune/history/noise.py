"""How much does the objective differ between training jobs that should be equal?

Best from replicates: training jobs with the same hyperparameters. Without them only a ceiling can be told: what the
nearest neighbour, or a curved surface through all training jobs, leaves unexplained is noise and what the two miss.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from smtune.history.model import Floats, History, Sample
from smtune.history.observation import Observation, too_few
from smtune.history.words import tell_jobs

_NORMAL = 1.4826
"""Standard deviations in a median absolute deviation."""
_FEWEST = 10
_FREE = 5
How = Literal["replicates", "nearest neighbours", "a curved surface"]


@dataclass(frozen=True)
class Noise:
    """The standard deviation of one training job's objective, in the objective's unit."""

    sd: float
    how: How
    free: int
    """Degrees of freedom."""
    is_rough: bool = True
    """Whether it may be far too high: by neighbours that lie apart, or a surface without interactions."""

    @property
    def is_ceiling(self) -> bool:
        """Whether it can only be less."""
        return self.how != "replicates"

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, for normal noise; from 0 where `sd` is a ceiling."""
        from scipy.stats import chi2

        low, high = (self.sd * math.sqrt(self.free / float(chi2.ppf(q, self.free))) for q in (0.975, 0.025))
        return (0.0 if self.is_ceiling else low), high

    @property
    def apart(self) -> float:
        """How far two equal training jobs lie apart in 95 of 100 cases, with what `sd` itself may be off (Student)."""
        from scipy.stats import t

        return float(t.ppf(0.975, self.free)) * math.sqrt(2) * self.sd


def estimate_noise(sample: Sample) -> Noise | None:
    """From replicates, else the lower of two ceilings; None for too few training jobs."""
    replicated = _replicates(sample)
    if replicated is not None:
        return replicated
    if len(sample) < _FEWEST or not sample.varied:
        return None
    found = [each for each in (_neighbours(sample), _surface(sample)) if each is not None]
    lowest = min(found, key=lambda each: each.sd)
    return replace(lowest, is_rough=all(each.is_rough for each in found))


def _replicates(sample: Sample) -> Noise | None:
    groups: dict[bytes, list[float]] = defaultdict(list)
    for place, loss in zip(sample.places, sample.losses, strict=True):
        groups[np.round(place, 9).tobytes()].append(float(loss))
    free = sum(len(group) - 1 for group in groups.values())
    if not free:
        return None
    # From the group's first, so that what is equal differs by nothing, not by the last digit.
    squares = sum(float(np.var(np.array(group) - group[0])) * len(group) for group in groups.values())
    return Noise(math.sqrt(squares / free), "replicates", free, is_rough=False)


def _neighbours(sample: Sample) -> Noise:
    from scipy.spatial import KDTree

    places = sample.places[:, list(sample.varied)]
    nearest = KDTree(places).query(places, k=2)[1][:, 1]  # the first is itself: no two are the same place
    differences = np.abs(sample.losses - sample.losses[nearest])
    return Noise(_NORMAL * float(np.median(differences)) / math.sqrt(2), "nearest neighbours", len(sample) // 2)


def _surface(sample: Sample) -> Noise | None:
    """What a quadratic in all hyperparameters leaves, with the products of two where the training jobs suffice."""
    for is_whole in (True, False):
        base = _quadratic(sample, is_whole=is_whole)
        free = len(sample) - int(np.linalg.matrix_rank(base))
        if free >= max(_FREE, base.shape[1] // 2):
            left = sample.losses - base @ np.linalg.lstsq(base, sample.losses, rcond=None)[0]
            sd = _NORMAL * float(np.median(np.abs(left))) * math.sqrt(len(sample) / free)
            return Noise(sd, "a curved surface", free, is_rough=not is_whole)
    return None


def _quadratic(sample: Sample, *, is_whole: bool) -> Floats:
    """(n, k): a constant, each hyperparameter, its square, and the products of two (`is_whole`)."""
    single: list[Floats] = []
    for index in sample.varied:
        places = sample.places[:, index]
        if sample.is_number(index):
            single.append(places - 0.5)
        else:
            single += [np.asarray(places == each, dtype=np.float64) for each in np.unique(places)[1:]]
    squares = [sample.places[:, index] ** 2 for index in sample.varied if sample.is_number(index)]
    products = [one * other for one, other in itertools.combinations(single, 2)] if is_whole else []
    return np.column_stack([np.ones(len(sample)), *single, *squares, *products])


def observe_noise(history: History) -> Iterator[Observation]:
    """How many of the training jobs are as good as the best, for all that is known."""
    sample = history.sample
    noise = estimate_noise(sample)
    if noise is None or len(sample) < 2:
        reason = "no two have the same hyperparameters, and fewer than ten are too few to compare neighbours"
        yield too_few("noise", f"The noise of the objective is unknown from {tell_jobs(len(sample))}: {reason}.")
        return
    low, high = noise.interval
    equal = int((sample.losses <= sample.losses.min() + noise.apart).sum())
    numbers = {"sd": noise.sd, "low": low, "high": high, "how": noise.how, "equal_to_best": equal, "jobs": len(sample)}
    size = f"{'at most ' if noise.is_ceiling else ''}{noise.sd:.3g} (standard deviation, by {noise.how})"
    if equal < 2:
        sentence = (
            f"The best training job stands out: noise is {size}, and the next is further away than that explains. "
            "That is noise of repeating it on the same rows: on other validation rows another may be the best."
        )
        yield Observation("noise", "absent", sentence, None, numbers)
    elif noise.is_ceiling:
        sentence = f"Noise is {size}; up to {equal} of {len(sample)} training jobs may be as good as the best."
        yield Observation("noise", "not enough evidence", sentence, None, numbers)
    else:
        sentence = f"Noise is {size}: {equal} of {len(sample)} training jobs cannot be told from the best."
        yield Observation("noise", "present", sentence, None, numbers)
