"""Stop a tuning job."""

from __future__ import annotations

import boto3

from smtune.errors import ServiceError
from smtune.patience import Line, Terms

_STOPPABLE = "InProgress"
_BRIEF = 120.0


def stop(session: boto3.Session, tuning_job: str, *, terms: Terms | None = None) -> str:
    """Ask the service to stop a tuning job: nothing new starts, what runs is stopped. Returns the job's status.

    A job that is over or stopping already is left as it is. Raises ServiceError for an unknown job.
    """
    return stop_on(Line(session, terms or Terms(patience=_BRIEF)), tuning_job)


def stop_on(line: Line, tuning_job: str) -> str:
    """`stop`, on a line that is there already."""
    status = status_of(line, tuning_job)
    if status != _STOPPABLE:
        return status
    try:
        line.call("sagemaker", "stop_hyper_parameter_tuning_job", HyperParameterTuningJobName=tuning_job)
    except ServiceError as error:
        # It may have ended since it was looked at: then there is nothing to stop, and nothing wrong.
        status = status_of(line, tuning_job)
        if error.code != "ValidationException" or status == _STOPPABLE:
            raise
        return status
    return "Stopping"


def status_of(line: Line, tuning_job: str) -> str:
    """The job's status, in the service's word."""
    name = {"HyperParameterTuningJobName": tuning_job}
    return str(line.call("sagemaker", "describe_hyper_parameter_tuning_job", **name)["HyperParameterTuningJobStatus"])
