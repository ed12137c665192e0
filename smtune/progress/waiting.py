"""Wait for a tuning job's end, and say whether it is what was hoped for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3

from smtune.definitions import definitions
from smtune.errors import JobError, SmtuneError, StoppedError, WaitTimeoutError
from smtune.patience import Line, Terms
from smtune.progress.recent import value_of
from smtune.progress.requirement import Check, Requirement, parse_requirement, refuse_unknown_metrics
from smtune.progress.state import Progress
from smtune.progress.watching import LONGEST, Watching, watch

Json = dict[str, Any]


def _ignore(_: Progress) -> None:
    return None


@dataclass(frozen=True)
class WaitOptions:
    """What to wait for, and how long."""

    timeout: float = LONGEST
    """Seconds for all of it."""
    interval: float | None = None
    """Seconds between two looks; None: as fits the job."""
    require: tuple[str | Requirement, ...] = ()
    """Each must hold at the end, as `objective >= 0.9`."""
    min_completed: int = 0
    """How many training jobs must have completed."""
    heard: Callable[[Progress], None] = _ignore
    """Gets every look."""
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Outcome:
    """How a wait ended."""

    progress: Progress
    checks: tuple[Check, ...]
    error: SmtuneError | None
    """None if all is as required; else what is not, with its exit code."""

    def to_dict(self) -> Json:
        """As JSON: status, counters, best, and what came of each requirement."""
        return {
            **self.progress.to_dict(),
            "timed_out": isinstance(self.error, WaitTimeoutError),
            "requirements": [check.to_dict() for check in self.checks],
            "message": None if self.error is None else str(self.error),
            "exit_code": 0 if self.error is None else self.error.exit_code,
        }


def wait(session: boto3.Session, tuning_job: str, options: WaitOptions | None = None) -> Progress:
    """Wait until the job has ended as required; returns its last state.

    Raises JobError (it failed, or a requirement does not hold), StoppedError, WaitTimeoutError (it goes on),
    UsageError (a requirement that cannot be read, or names no metric of the job), ServiceError, ConfigurationError.
    """
    outcome = await_end(session, tuning_job, options)
    if outcome.error is not None:
        raise outcome.error
    return outcome.progress


def await_end(session: boto3.Session, tuning_job: str, options: WaitOptions | None = None) -> Outcome:
    """As `wait`, with the job's state at hand where it is not what was required."""
    how = options or WaitOptions()
    required = [parse_requirement(item) if isinstance(item, str) else item for item in how.require]
    line = Line(session, how.terms, deadline=how.terms.clock() + how.timeout)
    if any(item.is_metric for item in required):
        refuse_unknown_metrics(required, _defined_metrics(line, tuning_job))
    watching = Watching(interval=how.interval, timeout=how.timeout, terms=how.terms)
    last = None
    try:
        for last in watch(session, tuning_job, watching):
            how.heard(last)
    except WaitTimeoutError as error:
        if last is None:
            raise
        return Outcome(last, (), error)
    if last is None:
        message = f"nothing is known of {tuning_job}"
        raise JobError(message)
    return _judged(line, last, required, how.min_completed)


def _judged(line: Line, progress: Progress, required: list[Requirement], min_completed: int) -> Outcome:
    metrics = {} if progress.metric is None or progress.best_value is None else {progress.metric: progress.best_value}
    asked = {item.name for item in required if item.is_metric}
    if progress.best_job is not None and not asked <= set(metrics):
        metrics |= _final_metrics(line, progress.best_job)
    values = {
        "objective": progress.best_value,
        "completed": progress.completed,
        "failed": progress.failed,
        "stopped": progress.stopped,
        "elapsed": progress.elapsed,
    }
    checks = tuple(item.check(values, metrics) for item in required)
    return Outcome(progress, checks, _shortcoming(progress, checks, min_completed))


def _shortcoming(progress: Progress, checks: tuple[Check, ...], least: int) -> SmtuneError | None:
    if progress.status == "Failed":
        reason = (progress.failure_reason or "the service gives no reason").rstrip(".")
        return JobError(f"{progress.name} failed: {reason}. See: smtune why {progress.name}")
    broken = [check.sentence for check in checks if not check.holds]
    if progress.status == "Stopped":
        return StoppedError(f"{progress.name} was stopped after {progress.completed} completed training jobs")
    if progress.completed < least:
        broken.append(f"{progress.completed} training jobs completed, {least} were required")
    return JobError(f"{progress.name}: required, and not so: {'; '.join(broken)}") if broken else None


def _defined_metrics(line: Line, tuning_job: str) -> set[str]:
    """The names of all metrics that the job's training jobs report."""
    name = {"HyperParameterTuningJobName": tuning_job}
    job = line.call("sagemaker", "describe_hyper_parameter_tuning_job", **name)
    several = definitions(job)
    found = [item for each in several for item in each.get("AlgorithmSpecification", {}).get("MetricDefinitions", [])]
    objective = job["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
    goals = [objective, *(each.get("TuningObjective", {}) for each in several)]
    return {item["Name"] for item in found} | {goal["MetricName"] for goal in goals if goal}


def _final_metrics(line: Line, training_job: str) -> dict[str, float]:
    job = line.call("sagemaker", "describe_training_job", TrainingJobName=training_job)
    return {
        item["MetricName"]: value
        for item in job.get("FinalMetricDataList", ())
        if (value := value_of(item)) is not None
    }
