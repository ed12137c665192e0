"""Log events of training jobs -> lines. A training job has a stream for each of its hosts: `JOB/algo-1-1699...`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.errors import ServiceError
from smtune.metrics import as_printed
from smtune.patience import Line

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_HOST = re.compile(r"(algo-\d+)(?:-\d+)?$")
_NONE_YET = "ResourceNotFoundException"


@dataclass(frozen=True)
class LogLine:
    """One line that a training job printed."""

    time: float
    """Seconds since the epoch."""
    training_job: str
    host: str
    """As in `algo-1`."""
    text: str


def as_line(event: Mapping[str, Any], stream: str) -> LogLine:
    """An event of a stream as the training job printed it."""
    job, _, rest = stream.partition("/")
    host = _HOST.match(rest)
    return LogLine(event["timestamp"] / 1000, job, host[1] if host else rest, as_printed(event["message"]))


def streams_of(line: Line, training_job: str) -> list[str]:
    """The streams of a training job, by host; none while it has printed nothing."""
    request: dict[str, Any] = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": f"{training_job}/"}
    names: list[str] = []
    while True:
        try:
            answer = line.call("logs", "describe_log_streams", **request)
        except ServiceError as error:
            if error.code == _NONE_YET:  # no training job of this account and region has printed anything so far
                return names
            raise
        names += [stream["logStreamName"] for stream in answer["logStreams"]]
        if not answer.get("nextToken"):
            return names
        request["nextToken"] = answer["nextToken"]


def stream_pages(line: Line, stream: str, *, since: float | None = None) -> Iterator[list[LogLine]]:
    """A stream from its beginning, a page (up to 10,000 lines or 1 MiB) at a time."""
    request: dict[str, Any] = {"logGroupName": LOG_GROUP, "logStreamName": stream, "startFromHead": True}
    if since is not None:
        request["startTime"] = max(0, round(since * 1000))
    while True:
        answer = line.call("logs", "get_log_events", **request)
        yield [as_line(event, stream) for event in answer["events"]]
        # Pages may be empty in the middle: the end is where the token does not change any more.
        if answer.get("nextForwardToken") in {None, request.get("nextToken")}:
            return
        request["nextToken"] = answer["nextForwardToken"]


def event_pages(line: Line, prefix: str, since: float | None) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """The events of all streams whose name begins with `prefix`, by time: (stream, event), a page at a time.

    One call a page, however many training jobs there are.
    """
    request: dict[str, Any] = {"logGroupName": LOG_GROUP, "logStreamNamePrefix": prefix}
    if since is not None:
        request["startTime"] = max(0, round(since * 1000))
    while True:
        try:
            answer = line.call("logs", "filter_log_events", **request)
        except ServiceError as error:
            if error.code == _NONE_YET:
                return
            raise
        yield sorted(
            ((event["logStreamName"], event) for event in answer["events"]), key=lambda item: item[1]["timestamp"]
        )
        if not answer.get("nextToken"):
            return
        request["nextToken"] = answer["nextToken"]
