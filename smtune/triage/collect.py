"""A tuning job's training jobs -> those that failed and those that did not, from summaries alone: a call for 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions
from smtune.patience import Line
from smtune.statuses import TERMINAL
from smtune.trainings import training_job_summaries
from smtune.triage.model import Failure

_KINDS = ("integer", "continuous", "categorical")
_NO_METRIC = "The training job completed, but has no objective metric (ObjectiveStatus Failed)"


@dataclass(frozen=True)
class Definition:
    """What the training jobs of one definition have in common."""

    name: str
    raw: Mapping[str, Any]
    """The service's TrainingJobDefinition."""
    objective: str
    kinds: Mapping[str, str]
    """Tuned hyperparameter -> `integer`, `continuous` or `categorical`."""


@dataclass(frozen=True)
class Collected:
    """All training jobs of a tuning job that are over."""

    job: Mapping[str, Any]
    """The service's description of the tuning job."""
    definitions: Mapping[str, Definition]
    failures: tuple[tuple[Definition, Failure], ...]
    good: Mapping[str, tuple[Mapping[str, str], ...]]
    """Definition -> the tuned hyperparameters of each training job that has an objective."""
    total: int


def collect(line: Line, tuning_job: str) -> Collected:
    """Describe the tuning job and list its training jobs; raises ServiceError."""
    name = {"HyperParameterTuningJobName": tuning_job}
    job = line.call("sagemaker", "describe_hyper_parameter_tuning_job", **name)
    known = {each.name: each for each in _definitions(job)}
    failures, good, total = [], dict[str, list[Mapping[str, str]]](), 0
    for summary in training_job_summaries(line, tuning_job):
        definition = known.get(summary.get("TrainingJobDefinitionName", ""), next(iter(known.values())))
        failure = _failure(summary, definition.raw)
        total += summary["TrainingJobStatus"] in TERMINAL
        if failure is not None:
            failures.append((definition, failure))
        elif summary["TrainingJobStatus"] == "Completed":
            good.setdefault(definition.name, []).append(summary["TunedHyperParameters"])
    return Collected(job, known, tuple(failures), {key: tuple(items) for key, items in good.items()}, total)


def _definitions(job: Mapping[str, Any]) -> list[Definition]:
    config = job["HyperParameterTuningJobConfig"]
    found = []
    for raw in definitions(job):
        goal = raw.get("TuningObjective") or config.get("HyperParameterTuningJobObjective", {})
        ranges = raw.get("HyperParameterRanges") or config.get("ParameterRanges", {})
        kinds = {
            item["Name"]: kind for kind in _KINDS for item in ranges.get(f"{kind.capitalize()}ParameterRanges", ())
        }
        found.append(Definition(raw.get("DefinitionName", ""), raw, goal.get("MetricName", ""), kinds))
    return found


def _failure(summary: Mapping[str, Any], definition: Mapping[str, Any]) -> Failure | None:
    status = summary["TrainingJobStatus"]
    reason = summary.get("FailureReason", "")
    if status == "Completed":
        if summary.get("ObjectiveStatus") != "Failed":
            return None
        reason = reason or _NO_METRIC
    elif status == "Stopped":
        reason = _limit(summary, definition.get("StoppingCondition", {}))
        if not reason:
            return None
    elif status != "Failed":
        return None
    return Failure(summary["TrainingJobName"], status, reason, summary["TunedHyperParameters"])


def _limit(summary: Mapping[str, Any], limits: Mapping[str, int]) -> str:
    """Which time limit stopped a training job; empty where it was somebody, or early stopping.

    The summary does not have the secondary status that says so, but it has the times.
    """
    ended, started = summary.get("TrainingEndTime"), summary.get("TrainingStartTime")
    if ended is None:
        return ""
    runtime, wait = limits.get("MaxRuntimeInSeconds"), limits.get("MaxWaitTimeInSeconds")
    waited = (ended - summary["CreationTime"]).total_seconds()
    if wait and waited >= wait:  # first, for from start to end counts interruptions too
        return f"MaxWaitTimeExceeded: it took {round(waited)} s with the wait for spot instances, {wait} are allowed"
    if started and runtime and (ended - started).total_seconds() >= runtime:
        return f"MaxRuntimeExceeded: it ran for {round((ended - started).total_seconds())} s, {runtime} are allowed"
    return ""
