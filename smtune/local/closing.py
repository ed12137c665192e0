"""When a tuning job has done enough, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from smtune.local.history import History
from smtune.local.records import TuningJob, TuningStatus
from smtune.search.completion import has_converged, is_on_target, is_stagnant

_FAILURES_WITHOUT_SUCCESS = 5
_ALL_FAILED = "Please take a look at the training job failures to get more details."


@dataclass(frozen=True)
class Met:
    """A completion criterion that is met."""

    kind: Literal["target", "not improving", "converged"]
    words: str
    """Such as a tag may hold."""


@dataclass(frozen=True)
class Closing:
    """The end of a tuning job."""

    status: TuningStatus
    reason: str | None = None


def is_hopeless(history: History) -> bool:
    """Whether so many training jobs have failed, and none has succeeded, that the service gives up."""
    return history.count("Failed") >= _FAILURES_WITHOUT_SUCCESS and not history.has_objectives


def met_criterion(job: TuningJob, history: History) -> Met | None:
    """Which of TuningJobCompletionCriteria is met; None: none is."""
    criteria: dict[str, Any] = job.config.get("TuningJobCompletionCriteria", {})
    if not criteria:
        return None
    values = [each.objective for each in history.ended()]
    known = [value for value in values if value is not None]
    best = None if not known else max(known) if job.maximize else min(known)
    if is_on_target(best, criteria, maximize=job.maximize):
        return Met("target", f"{best:g} reaches {criteria['TargetObjectiveMetricValue']:g}")
    if is_stagnant(values, criteria, maximize=job.maximize):
        most = criteria["BestObjectiveNotImproving"]["MaxNumberOfTrainingJobsNotImproving"]
        return Met("not improving", f"{most} training jobs without an improvement of 1 percent")
    may_converge = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled"
    if may_converge and has_converged(values, maximize=job.maximize):
        return Met("converged", "the latter half of the training jobs has brought nothing")
    return None


def closing(job: TuningJob, history: History) -> Closing:
    """How the job ends that starts nothing more and has nothing running."""
    tried, failed = len(history), history.count("Failed")
    if job.status == "Stopping":
        return Closing("Stopped")
    if is_hopeless(history):
        return Closing("Failed", f"No training job succeeded after {tried} attempts. {_ALL_FAILED}")
    if tried and failed == tried:
        return Closing("Failed", f"All training jobs failed. {_ALL_FAILED}")
    return Closing("Completed")
