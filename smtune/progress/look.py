"""A tuning job as it is now: one call."""

from __future__ import annotations

import time
from typing import Any

import boto3

from smtune.patience import Line, Terms
from smtune.progress.state import Progress, progress_of

BRIEF = 120.0
"""Seconds that one look bears with a service in trouble."""


def describe(session: boto3.Session, tuning_job: str) -> dict[str, Any]:
    """The service's own description of a tuning job. Throttling and lost connections are borne for some time."""
    line = Line(session, Terms(patience=BRIEF))
    answer = line.call("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=tuning_job)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def look(session: boto3.Session, tuning_job: str, *, now: float | None = None) -> Progress:
    """The job as it is now; raises ServiceError when there is none of this name."""
    return progress_of(describe(session, tuning_job), time.time() if now is None else now)


def tags(session: boto3.Session, tuning_job: str) -> dict[str, str]:
    """The tags of a tuning job."""
    return tags_of(session, describe(session, tuning_job)["HyperParameterTuningJobArn"])


def tags_of(session: boto3.Session, arn: str) -> dict[str, str]:
    """The tags of what has this ARN."""
    line = Line(session, Terms(patience=BRIEF))
    request, found = {"ResourceArn": arn}, dict[str, str]()
    while True:
        answer = line.call("sagemaker", "list_tags", **request)
        found |= {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
        if not answer.get("NextToken"):
            return found
        request["NextToken"] = answer["NextToken"]
