"""A tuning job, watched: one Progress after another, until it ends. Clock and sleep are passed in."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.service import translated

TERMINAL = ("Completed", "Failed", "Stopped")
_FIRST_SECONDS = 0.5
_SLOWER = 1.3


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

    @property
    def done(self) -> int:
        return self.completed + self.failed + self.stopped

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def remaining(self) -> float | None:
        """Seconds still to go at the pace so far; None while nothing is done."""
        if self.jobs is None or not self.done or self.is_over:
            return None
        return self.elapsed / self.done * (self.jobs - self.done)


def look(session: boto3.Session, tuning_job: str, *, now: float | None = None) -> Progress:
    """The job as it is now; raises ServiceError when there is none of this name."""
    with translated():
        client = session.client("sagemaker")
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_job)
    counters = job["TrainingJobStatusCounters"]
    best = job.get("BestTrainingJob", {})
    ended: dt.datetime | None = job.get("HyperParameterTuningEndTime")
    until = ended.timestamp() if ended else time.time() if now is None else now
    return Progress(
        name=job["HyperParameterTuningJobName"],
        status=job["HyperParameterTuningJobStatus"],
        completed=counters.get("Completed", 0),
        running=counters.get("InProgress", 0),
        failed=counters.get("NonRetryableError", 0) + counters.get("RetryableError", 0),
        stopped=counters.get("Stopped", 0),
        jobs=job["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxNumberOfTrainingJobs"),
        best_job=best.get("TrainingJobName"),
        best_value=best.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
        elapsed=max(0.0, until - job["CreationTime"].timestamp()),
        failure_reason=job.get("FailureReason"),
    )


def watch(
    session: boto3.Session,
    tuning_job: str,
    *,
    slowest: float = 2.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Progress]:
    """The job's progress until it ends, the last one included; looks more and more seldom, up to `slowest` seconds."""
    pause = _FIRST_SECONDS
    while True:
        progress = look(session, tuning_job)
        yield progress
        if progress.is_over:
            return
        sleep(pause)
        pause = min(pause * _SLOWER, slowest)


def describe(session: boto3.Session, tuning_job: str) -> dict[str, Any]:
    """The service's own description of a tuning job."""
    with translated():
        answer: Any = session.client("sagemaker").describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=tuning_job
        )
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def tags(session: boto3.Session, tuning_job: str) -> dict[str, str]:
    """The tags of a tuning job."""
    with translated():
        arn = describe(session, tuning_job)["HyperParameterTuningJobArn"]
        pages = session.client("sagemaker").get_paginator("list_tags").paginate(ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def list_tuning_jobs(session: boto3.Session, *, most: int) -> list[dict[str, Any]]:
    """The newest tuning jobs: name, status, strategy, created (ISO 8601), and how many training jobs are where."""
    with translated():
        pages = (
            session.client("sagemaker")
            .get_paginator("list_hyper_parameter_tuning_jobs")
            .paginate(
                SortBy="CreationTime",
                SortOrder="Descending",
                PaginationConfig={"MaxItems": most, "PageSize": min(most, 100)},
            )
        )
        found = [item for page in pages for item in page["HyperParameterTuningJobSummaries"]]
    return [_listed(item) for item in found]


def _listed(item: Any) -> dict[str, Any]:
    counters = item["TrainingJobStatusCounters"]
    return {
        "name": item["HyperParameterTuningJobName"],
        "status": item["HyperParameterTuningJobStatus"],
        "strategy": item["Strategy"],
        "created": item["CreationTime"].astimezone(dt.UTC).isoformat(timespec="seconds"),
        "completed": counters.get("Completed", 0),
        "running": counters.get("InProgress", 0),
        "failed": counters.get("NonRetryableError", 0) + counters.get("RetryableError", 0),
        "stopped": counters.get("Stopped", 0),
    }
