"""Early stopping as the service documents it: a training job that is worse than the median of the others' averages.

Source: the SageMaker Developer Guide, "Stop training jobs early".
"""

from __future__ import annotations

import bisect
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


class Averages:
    """The running averages that training jobs had at one epoch, kept in order: there may be ten thousand of them."""

    def __init__(self) -> None:
        self._ordered: list[float] = []
        self._numbers: list[int] = []
        self._of: dict[int, float] = {}

    def put(self, number: int, average: float) -> None:
        """That of training job `number`; of what diverged there is none."""
        if math.isfinite(average) and number not in self._of:
            self._of[number] = average
            bisect.insort(self._ordered, average)
            bisect.insort(self._numbers, number)

    def drop(self, number: int) -> None:
        """Forget that of training job `number`, if there is one."""
        average = self._of.pop(number, None)
        if average is not None:
            del self._ordered[bisect.bisect_left(self._ordered, average)]
            del self._numbers[bisect.bisect_left(self._numbers, number)]

    def before(self, number: int) -> list[float]:
        """Those of the training jobs with a lower number."""
        found = self._ordered.copy()
        for later in self._numbers[bisect.bisect_left(self._numbers, number) :]:
            del found[bisect.bisect_left(found, self._of[later])]
        return found
