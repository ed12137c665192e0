"""The tuning jobs there are, chosen and sorted by the service, 100 a call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.progress.state import counts, iso
from smtune.service import translated

_PAGE = 100


@dataclass(frozen=True)
class Chosen:
    """Which tuning jobs to list; the service does the choosing."""

    status: str | None = None
    """As the service writes it: InProgress, Completed, Failed, Stopped, Stopping."""
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


def list_tuning_jobs(session: boto3.Session, *, most: int, chosen: Chosen | None = None) -> list[dict[str, Any]]:
    """The newest tuning jobs: name, status, strategy, created, ended (ISO 8601), counts of training jobs."""
    request = (chosen or Chosen()).request()
    with translated():
        pages = (
            session.client("sagemaker")
            .get_paginator("list_hyper_parameter_tuning_jobs")
            .paginate(
                **request,
                SortBy="CreationTime",
                SortOrder="Descending",
                PaginationConfig={"MaxItems": most, "PageSize": min(most, _PAGE)},
            )
        )
        found = [item for page in pages for item in page["HyperParameterTuningJobSummaries"]]
    return [_listed(item) for item in found]


def _listed(item: Any) -> dict[str, Any]:
    ended = item.get("HyperParameterTuningEndTime")
    return {
        "name": item["HyperParameterTuningJobName"],
        "status": item["HyperParameterTuningJobStatus"],
        "strategy": item["Strategy"],
        "created": iso(item["CreationTime"]),
        **counts(item["TrainingJobStatusCounters"]),
        "ended": None if ended is None else iso(ended),
    }
