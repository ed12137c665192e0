"""A tuning job that somebody launched, by its name -> what the service says of it: description and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.errors import ServiceError
from smtune.patience import Line, Terms
from smtune.request.description import Normalized, normalize

Tag = Mapping[str, str]
PATIENCE = Terms(patience=180.0)
_MOST_PAGES = 20
_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_ENGINE = "smtune:local:"
TAGS = "the job's tags"
"""What is left out where they may not be read."""


@dataclass(frozen=True)
class Running:
    """A tuning job as the service has it, whatever its status."""

    name: str
    description: Mapping[str, Any]
    """DescribeHyperParameterTuningJob's answer."""
    tags: tuple[Tag, ...] = ()
    """ListTags' answer, all pages."""
    no_tags: str | None = None
    """Why there are no tags here, though the job may have some: the error's code."""

    @property
    def status(self) -> str:
        return str(self.description.get("HyperParameterTuningJobStatus", ""))

    @property
    def region(self) -> str | None:
        """The region in the job's ARN."""
        parts = str(self.description.get("HyperParameterTuningJobArn", "")).split(":")
        return parts[3] if len(parts) > 4 and parts[3] else None

    @property
    def account(self) -> str | None:
        """The account in the job's ARN."""
        parts = str(self.description.get("HyperParameterTuningJobArn", "")).split(":")
        return parts[4] if len(parts) > 5 and parts[4] else None

    def tag(self, key: str) -> str | None:
        """A tag's value."""
        return next((tag["Value"] for tag in self.tags if tag["Key"] == key), None)

    def normalized(self) -> Normalized:
        """The request that would make the job again, and what was left out of the description."""
        own = [tag for tag in self.tags if not tag["Key"].startswith(_ENGINE)]
        found = normalize(self.description, own)
        left_out = dict(found.left_out)
        if len(own) < len(self.tags):
            left_out[f"tags {_ENGINE}*"] = "the local engine sets them"
        if self.no_tags:
            left_out[TAGS] = f"ListTags was refused: {self.no_tags}"
        return Normalized(found.request, left_out)


def read_running(session: boto3.Session, name: str, terms: Terms | None = None) -> Normalized:
    """The request that would make the tuning job `name` again, tags included, and what was left out of the answers.

    Raises ServiceError where there is no such job, ConfigurationError without credentials.
    """
    return look_up(session, name, terms).normalized()


def look_up(session: boto3.Session, name: str, terms: Terms | None = None) -> Running:
    """Description and tags of the tuning job `name`; calls that are throttled are made again for three minutes.

    Tags that may not be listed are told of in `no_tags`. Raises ServiceError, ConfigurationError.
    """
    line = Line(session, terms or PATIENCE)
    description = describe(line, name)
    try:
        return Running(name, description, tuple(_tags(line, description["HyperParameterTuningJobArn"])))
    except ServiceError as error:
        if error.code not in _REFUSED:
            raise
        return Running(name, description, no_tags=error.code)


def describe(line: Line, name: str) -> dict[str, Any]:
    """DescribeHyperParameterTuningJob's answer."""
    answer = line.call("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=name)
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def _tags(line: Line, arn: str) -> list[Tag]:
    found: list[Tag] = []
    request: dict[str, Any] = {"ResourceArn": arn}
    for _ in range(_MOST_PAGES):
        page = line.call("sagemaker", "list_tags", **request)
        found += page["Tags"]
        if not page.get("NextToken"):
            return found
        request["NextToken"] = page["NextToken"]
    raise ServiceError("TooManyPages", f"the tags of {arn} do not end after {_MOST_PAGES} pages")
