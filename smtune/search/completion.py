"""When a tuning job has done enough before its limits: TuningJobCompletionCriteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# The API's text: a training job counts as an improvement where it is better by 1 % or more.
_IMPROVES = 0.01
# AWS does not publish when it takes a tuning job for converged. Here: when half of its training jobs, and at least 20,
# have brought nothing.
_FEWEST_IN_VAIN = 20


def is_on_target(best: float | None, criteria: Mapping[str, Any], *, maximize: bool) -> bool:
    """Whether the best objective has reached TargetObjectiveMetricValue."""
    target = criteria.get("TargetObjectiveMetricValue")
    if target is None or best is None:
        return False
    return bool(best >= target if maximize else best <= target)


def is_stagnant(values: Sequence[float | None], criteria: Mapping[str, Any], *, maximize: bool) -> bool:
    """Whether the last MaxNumberOfTrainingJobsNotImproving of `values` have brought nothing.

    `values` are the objectives of the training jobs that are over, in the order of their end; None where there is none.
    """
    most = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
    return most is not None and jobs_without_improvement(values, maximize=maximize) >= most


def has_converged(values: Sequence[float | None], *, maximize: bool) -> bool:
    """Whether nothing more is to be expected: the latter half of `values`, and at least 20, have brought nothing."""
    return jobs_without_improvement(values, maximize=maximize) >= max(_FEWEST_IN_VAIN, len(values) / 2)


def jobs_without_improvement(values: Sequence[float | None], *, maximize: bool) -> int:
    """How many training jobs have ended since one was better than all before it by 1 % or more."""
    best: float | None = None
    count = 0
    for value in values:
        if value is not None and (best is None or _is_improvement(value, best, 1.0 if maximize else -1.0)):
            best, count = value, 0
        else:
            count += 1
    return count


def _is_improvement(value: float, best: float, sign: float) -> bool:
    gain = sign * (value - best)
    return gain > 0 and gain >= _IMPROVES * abs(best)
