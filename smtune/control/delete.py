"""Delete a tuning job's record. Its training jobs, their logs, metrics and models stay: the service deletes none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import boto3

from smtune.control.stop import status_of, stop_on
from smtune.errors import JobError, ServiceError, UsageError, WaitTimeoutError
from smtune.patience import Line, Pace, Terms
from smtune.statuses import RUNNING

_GONE = ("ResourceNotFound", "ResourceNotFoundException")
_HOUR = 3600.0
_PACE = Pace(0.5, 15.0)


@dataclass(frozen=True)
class DeleteOptions:
    """How to delete."""

    stop: bool = False
    """Whether to stop a job that runs first, and to wait for its end."""
    timeout: float = _HOUR
    """Seconds for all of it."""
    terms: Terms = field(default_factory=Terms)


def delete(session: boto3.Session, tuning_job: str, options: DeleteOptions | None = None) -> None:
    """Delete the record of a tuning job, and wait until it is gone.

    Raises UsageError for a job that runs (unless `stop`), ServiceError, JobError where the service could not delete
    it, WaitTimeoutError.
    """
    how = options or DeleteOptions()
    deadline = how.terms.clock() + how.timeout
    # A job that is not there is what this waits for.
    line = Line(session, dataclasses.replace(how.terms, grace=0.0), deadline=deadline)
    status = stop_on(line, tuning_job) if how.stop else status_of(line, tuning_job)
    if status in RUNNING:
        if not how.stop:
            message = f"{tuning_job} is {status}: stop it first (smtune stop {tuning_job} --wait), or add --stop"
            raise UsageError(message)
        _until(lambda status: status not in RUNNING, line, tuning_job, deadline)
    if status != "Deleting":
        line.call("sagemaker", "delete_hyper_parameter_tuning_job", HyperParameterTuningJobName=tuning_job)
    try:
        # For a moment it may still look as it did before.
        _until(lambda status: status == "DeleteFailed", line, tuning_job, deadline)
    except ServiceError as error:
        if error.code in _GONE:
            return
        raise
    message = f"{tuning_job} could not be deleted (DeleteFailed); try again: smtune delete {tuning_job} --yes"
    raise JobError(message)


def _until(is_it: Callable[[str], bool], line: Line, tuning_job: str, deadline: float) -> None:
    """Look until the status is what it should be."""
    clock, sleep = line.terms.clock, line.terms.sleep
    looks = 0
    while True:
        status = status_of(line, tuning_job)
        if is_it(status):
            return
        if clock() >= deadline:
            message = f"{tuning_job} is still {status}; try again: smtune delete {tuning_job} --yes --stop"
            raise WaitTimeoutError(message)
        sleep(min(_PACE.pause(looks), max(0.0, deadline - clock())))
        looks += 1
