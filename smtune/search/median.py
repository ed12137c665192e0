"""Early stopping as the service documents it: a training job that is worse than the median of the others' averages.

Source: the SageMaker Developer Guide, "Stop training jobs early".
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

_FEWEST_PEERS = 3
_FIRST_EPOCH = 2
"""The first value of a training job is no reason to stop it."""


def is_left_behind(curve: Sequence[float], others: Sequence[Sequence[float]], *, maximize: bool) -> bool:
    """Whether the training job of `curve`, its objective epoch by epoch so far, should be stopped.

    It should where its newest value is worse than the median of the running averages that `others` had at the same
    epoch. Others that were over before that epoch say nothing; fewer than three are too few to judge by.
    """
    epoch = len(curve)
    averages = [statistics.fmean(itertools.islice(other, epoch)) for other in others if len(other) >= epoch]
    if epoch < _FIRST_EPOCH or len(averages) < _FEWEST_PEERS:
        return False
    middle = statistics.median(averages)
    return curve[-1] < middle if maximize else curve[-1] > middle
