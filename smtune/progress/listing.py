"""The tuning jobs there are, chosen and sorted by the service, 100 a call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.patience import Line, Terms
from smtune.progress.look import BRIEF
from smtune.progress.state import counts, iso

_PAGE = 100


@dataclass(frozen=True)
class Chosen:
    """Which tuning jobs to list; the service does the choosing."""

    status: str | None = None
    """As the service writes it: one of `smtune.statuses`."""
    name_contains: str | None = None
    since: dt.datetime | None = None
    """Created after this."""

    def request(self) -> dict[str, Any]:
        fields = {
            "StatusEquals": self.status,
            "NameContains": self.name_contains,
            "CreationTimeAfter": self.since,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def wants(self, job: Mapping[str, Any]) -> bool:
        """What the service would choose: for a tuning job that it does not know."""
        return (
            self.status in (None, job["HyperParameterTuningJobStatus"])
            and (self.name_contains or "").lower() in job["HyperParameterTuningJobName"].lower()
            and (self.since is None or job["CreationTime"] > self.since)
        )


def list_tuning_jobs(session: boto3.Session, *, most: int, chosen: Chosen | None = None) -> list[dict[str, Any]]:
    """The newest tuning jobs: name, status, strategy, created, ended (ISO 8601), counts of training jobs."""
    line = Line(session, Terms(patience=BRIEF))
    request = (chosen or Chosen()).request() | {"SortBy": "CreationTime", "SortOrder": "Descending"}
    found: list[Any] = []
    while len(found) < most:
        answer = line.call("sagemaker", "list_hyper_parameter_tuning_jobs", **request, MaxResults=min(most, _PAGE))
        found += answer.get("HyperParameterTuningJobSummaries", ())
        if not answer.get("NextToken"):
            break
        request["NextToken"] = answer["NextToken"]
    return [as_row(item) for item in found[:most]]


def as_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """One summary of ListHyperParameterTuningJobs' answer."""
    ended = item.get("HyperParameterTuningEndTime")
    return {
        "name": item["HyperParameterTuningJobName"],
        "status": item["HyperParameterTuningJobStatus"],
        "strategy": item["Strategy"],
        "created": iso(item["CreationTime"]),
        **counts(item["TrainingJobStatusCounters"]),
        "ended": None if ended is None else iso(ended),
    }
