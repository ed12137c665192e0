"""DescribeHyperParameterTuningJob's answer -> where a tuning job stands."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.progress.recent import TrainingJob, value_of
from smtune.secrecy import presentable
from smtune.statuses import TERMINAL

GONE = ("Deleting", "DeleteFailed")


@dataclass(frozen=True)
class Progress:
    """A tuning job at a moment."""

    name: str
    status: str
    completed: int
    running: int
    failed: int
    stopped: int
    jobs: int | None
    """How many training jobs there will be at most; None: no limit in number."""
    best_job: str | None
    best_value: float | None
    elapsed: float
    """Seconds since the job was created, to its end if it has ended."""
    failure_reason: str | None = None
    metric: str | None = None
    """The objective metric of the best training job."""
    arn: str | None = None
    recent: tuple[TrainingJob, ...] = ()
    """The newest training jobs, newest first, where they were asked for."""

    @property
    def done(self) -> int:
        return self.completed + self.failed + self.stopped

    @property
    def counts(self) -> dict[str, int]:
        """Training jobs by where they are, as in JSON."""
        return {state: getattr(self, state) for state in ("completed", "failed", "stopped", "running")}

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def remaining(self) -> float | None:
        """Seconds still to go at the pace so far; None while nothing is done."""
        if self.jobs is None or not self.done or self.is_over:
            return None
        return self.elapsed / self.done * (self.jobs - self.done)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: status, counts, best; times in seconds."""
        best = None
        if self.best_job is not None:
            value = self.best_value if self.best_value is not None and math.isfinite(self.best_value) else None
            best = {"training_job_name": self.best_job, "metric": self.metric, "objective": value}
        return {
            "schema_version": 1,
            "tuning_job_name": self.name,
            "status": self.status,
            "failure_reason": self.failure_reason,
            "counts": self.counts,
            "jobs": self.jobs,
            "best": best,
            "elapsed_seconds": round(self.elapsed, 3),
            "remaining_seconds": None if self.remaining is None else round(self.remaining, 3),
        }


def progress_of(job: Mapping[str, Any], now: float) -> Progress:
    """The state in the service's description `job`; `now` is in seconds since the epoch."""
    best = job.get("BestTrainingJob", {})
    objective = best.get("FinalHyperParameterTuningJobObjectiveMetric", {})
    ended: dt.datetime | None = job.get("HyperParameterTuningEndTime")
    until = ended.timestamp() if ended else now
    counted = counts(job["TrainingJobStatusCounters"])
    return Progress(
        name=job["HyperParameterTuningJobName"],
        status=job["HyperParameterTuningJobStatus"],
        completed=counted["completed"],
        running=counted["running"],
        failed=counted["failed"],
        stopped=counted["stopped"],
        jobs=job["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxNumberOfTrainingJobs"),
        best_job=best.get("TrainingJobName"),
        best_value=value_of(objective),
        elapsed=max(0.0, until - job["CreationTime"].timestamp()),
        failure_reason=presentable(job["FailureReason"]) if job.get("FailureReason") else None,
        metric=objective.get("MetricName"),
        arn=job.get("HyperParameterTuningJobArn"),
    )


def iso(moment: dt.datetime) -> str:
    """A time of the service's in UTC, to the second."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def counts(counters: Mapping[str, int]) -> dict[str, int]:
    """TrainingJobStatusCounters in our words."""
    return {
        "completed": counters.get("Completed", 0),
        "running": counters.get("InProgress", 0),
        "failed": counters.get("NonRetryableError", 0) + counters.get("RetryableError", 0),
        "stopped": counters.get("Stopped", 0),
    }
