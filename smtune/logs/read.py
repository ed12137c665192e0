"""A training job's log, read."""

from __future__ import annotations

from typing import Any

import boto3

from smtune.metrics import as_printed
from smtune.service import translated

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def log_lines(session: boto3.Session, training_job: str) -> list[tuple[float, str]]:
    """A training job's log: (seconds since the epoch, line), from all its hosts in turn."""
    with translated():
        client = session.client("logs")
        streams = client.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{training_job}/")
        return [line for stream in streams["logStreams"] for line in _events(client, str(stream["logStreamName"]))]


def _events(client: Any, stream: str) -> list[tuple[float, str]]:
    lines: list[tuple[float, str]] = []
    request = {"logGroupName": LOG_GROUP, "logStreamName": stream, "startFromHead": True}
    token = None
    while True:
        answer = client.get_log_events(**request, **({"nextToken": token} if token else {}))
        lines += [(event["timestamp"] / 1000, as_printed(event["message"])) for event in answer["events"]]
        if answer["nextForwardToken"] == token:
            return lines
        token = answer["nextForwardToken"]
