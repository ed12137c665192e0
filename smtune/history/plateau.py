"""Has the search stopped finding better configurations, but for noise?

What the jobs were worth so far: how much better the best of all is than the best of half of them, on average over all
halves (that is known exactly). Random jobs gain less with each doubling, so that is about the most that the next
doubling brings. Of a search that learns the second half has to have gained no more on the first either, and its losses
not to fall any longer: then not one lucky find but several jobs are as good as the best.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtune.history.model import History, Sample
from smtune.history.noise import estimate_noise
from smtune.history.observation import Observation, too_few
from smtune.history.words import tell_jobs

_FEWEST = 20
_TREND = 0.1
_WITHIN, _BEYOND = 0.75, 2.0
"""Gains below and above so many standard deviations of noise are none, and are some."""


def observe_plateau(history: History) -> Iterator[Observation]:
    """Whether as many training jobs again would be wasted."""
    sample = history.sample
    noise = estimate_noise(sample)
    if len(sample) < _FEWEST or noise is None:
        yield too_few(
            "plateau", f"{tell_jobs(len(sample))} with an objective: too few to tell a plateau; {_FEWEST} would do."
        )
        return
    gain = half_gain(sample, is_adaptive=history.is_adaptive)
    trend = late_trend(sample) if history.is_adaptive else 1.0
    numbers = {"gain": gain, "noise": noise.sd, "how": noise.how, "trend_p": trend, "jobs": len(sample)}
    size = f"doubling the training jobs to {len(sample)} brought {gain:.3g}, noise is {noise.sd:.3g} ({noise.how})"
    if gain <= _WITHIN * noise.sd and not noise.is_rough and trend > _TREND:
        yield Observation("plateau", "present", f"The search is on a plateau: {size}.", None, numbers)
    elif gain > _BEYOND * noise.sd:
        yield Observation("plateau", "absent", f"The search still finds better: {size}.", None, numbers)
    else:
        also = ", which may be far less" if noise.is_rough else ""
        also += "" if trend > _TREND else "; later training jobs are still better than earlier ones"
        yield Observation(
            "plateau", "not enough evidence", f"The search may go on to improve: {size}{also}.", None, numbers
        )


def half_gain(sample: Sample, *, is_adaptive: bool) -> float:
    """How much lower the best loss of all is than that of half of the training jobs, on average over all halves.

    Of a search that learns, at least what its second half gained on its first.
    """
    count = len(sample)
    losses, half = np.sort(sample.losses), count // 2
    # The chance that the k-th best is the best of a half: the half has it, and none of the k better ones.
    better = np.arange(count - half)
    chances = half / count * np.cumprod([1.0, *((count - half - better) / (count - 1 - better))])
    gain = float(np.dot(chances, losses[: len(chances)] - losses[0]))
    return max(gain, float(sample.losses[:half].min() - losses[0])) if is_adaptive else gain


def late_trend(sample: Sample) -> float:
    """The chance that the second half falls as much with time though it does not: Kendall's test, one-sided."""
    from scipy.stats import kendalltau

    late = sample.losses[len(sample) // 2 :]
    if np.ptp(late) == 0:
        return 1.0
    return float(kendalltau(np.arange(len(late)), late, alternative="less").pvalue)
