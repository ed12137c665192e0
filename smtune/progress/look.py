"""A tuning job as it is now: one call."""

from __future__ import annotations

import time
from typing import Any

import boto3

from smtune.progress.state import Progress, progress_of
from smtune.service import translated


def describe(session: boto3.Session, tuning_job: str) -> dict[str, Any]:
    """The service's own description of a tuning job."""
    with translated():
        answer: Any = session.client("sagemaker").describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=tuning_job
        )
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def look(session: boto3.Session, tuning_job: str, *, now: float | None = None) -> Progress:
    """The job as it is now; raises ServiceError when there is none of this name."""
    return progress_of(describe(session, tuning_job), time.time() if now is None else now)


def tags(session: boto3.Session, tuning_job: str) -> dict[str, str]:
    """The tags of a tuning job."""
    return tags_of(session, describe(session, tuning_job)["HyperParameterTuningJobArn"])


def tags_of(session: boto3.Session, arn: str) -> dict[str, str]:
    """The tags of what has this ARN."""
    with translated():
        pages = session.client("sagemaker").get_paginator("list_tags").paginate(ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
