"""Early stopping as the service documents it: a training job that is worse than the median of the others' averages.

Source: the SageMaker Developer Guide, "Stop training jobs early".
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_FEWEST_PEERS = 3
_FIRST_EPOCH = 2
"""The first value of a training job is no reason to stop it."""


def is_left_behind(value: float, epoch: int, averages: Sequence[float], *, maximize: bool) -> bool:
    """Whether the training job whose objective is `value` at `epoch` (from 1) should be stopped.

    It should where that is worse than the median of `averages`: the running averages that earlier training jobs had at
    the same epoch. Those that were over before that epoch have none; fewer than three are too few to judge by.
    """
    known = [average for average in averages if math.isfinite(average)]  # of what diverged there is no average
    if epoch < _FIRST_EPOCH or len(known) < _FEWEST_PEERS:
        return False
    if math.isnan(value):
        return True
    middle = statistics.median(known)
    return value < middle if maximize else value > middle
