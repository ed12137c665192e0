"""The last lines of a training job's log, read from its end: 2 calls for a job of one host, however long the log is."""

from __future__ import annotations

from typing import Any

from smtune.logs.lines import LOG_GROUP, LogLine, as_line, streams_of
from smtune.patience import Line

_PAGE = 10_000


def tail(line: Line, training_job: str, count: int, *, since: float | None = None) -> list[LogLine]:
    """The last `count` lines of all its hosts together, by time."""
    lines = [each for stream in streams_of(line, training_job) for each in _stream_tail(line, stream, count, since)]
    lines.sort(key=lambda each: each.time)
    return lines[-count:] if count else []


def _stream_tail(line: Line, stream: str, count: int, since: float | None) -> list[LogLine]:
    request: dict[str, Any] = {"logGroupName": LOG_GROUP, "logStreamName": stream, "startFromHead": False}
    if since is not None:
        request["startTime"] = max(0, round(since * 1000))
    found: list[LogLine] = []
    while len(found) < count:
        request["limit"] = min(count - len(found), _PAGE)
        answer = line.call("logs", "get_log_events", **request)
        found[:0] = [as_line(event, stream) for event in answer["events"]]
        if answer.get("nextBackwardToken") in {None, request.get("nextToken")}:
            break
        request["nextToken"] = answer["nextBackwardToken"]
    return found
