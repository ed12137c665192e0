"""The tuning job of a name, as the service knows it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from smtune.compare import Difference, differences
from smtune.request.description import normalize
from smtune.rules.discreet import discreet

_DENIED = ("AccessDenied", "AccessDeniedException")
_UNKNOWN = ("ResourceNotFound", "ResourceNotFoundException")


@dataclass(frozen=True)
class Existing:
    """A tuning job that is there."""

    arn: str
    status: str
    request: Mapping[str, Any]
    """What would make the same one again."""
    is_new: bool = False
    """Whether this launch has created it."""
    knows_tags: bool = True
    """Whether its tags could be read."""

    def changes(self, asked: Mapping[str, Any]) -> tuple[Difference, ...]:
        """What is otherwise than in the request that was sent: `before` is what was asked for, `after` what is there.

        What the service fills in where nothing was asked for is no change. Secrets are hidden.
        """
        if not self.knows_tags:
            asked = {key: value for key, value in asked.items() if key != "Tags"}
        found = (item for item in differences(asked, self.request) if item.kind != "added")
        return discreet(found, asked, self.request)


def find_job(session: boto3.Session, name: str) -> Existing | None:
    """The job called `name`, or None; raises ClientError for any other refusal."""
    client = session.client("sagemaker")
    try:
        job: Any = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    except ClientError as error:
        if _is_unknown(error):
            return None
        raise
    arn = job["HyperParameterTuningJobArn"]
    tags = _tags(client, arn)
    description = {key: value for key, value in job.items() if key != "ResponseMetadata"}
    request = normalize(description, tags or ()).request
    return Existing(arn, job["HyperParameterTuningJobStatus"], request, knows_tags=tags is not None)


def _tags(client: Any, arn: str) -> list[Any] | None:
    """The tags of a job; None for one whose tags nobody lets us read: the launch itself does not need them."""
    try:
        return [tag for page in client.get_paginator("list_tags").paginate(ResourceArn=arn) for tag in page["Tags"]]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _DENIED:
            raise
        return None


def _is_unknown(error: ClientError) -> bool:
    details = error.response["Error"]
    # The service has answered an unknown name with either code.
    said = details["Message"].lower()
    return details["Code"] in _UNKNOWN or (details["Code"] == "ValidationException" and "can't find" in said)
