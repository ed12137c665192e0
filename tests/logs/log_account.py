"""Logs of training jobs in moto's CloudWatch: hosts, streams with times in their names, events at given seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import boto3

from smtune.logs.lines import LOG_GROUP

BEGAN = float(round(time.time()) - 600)
"""Ten minutes ago: CloudWatch refuses events that are too old."""


class LogAccount:
    """Puts events; begins without the log group, as a new account."""

    def __init__(self) -> None:
        self.session = boto3.Session("id", "secret", region_name="eu-west-1")
        self._client: Any = self.session.client("logs")
        self._streams: set[str] = set()

    def put(self, stream: str, *lines: tuple[float, str]) -> None:
        """Events of `stream` (`JOB/algo-1-1699...`): (seconds since BEGAN, line)."""
        if not self._streams:
            self._client.create_log_group(logGroupName=LOG_GROUP)
        if stream not in self._streams:
            self._streams.add(stream)
            self._client.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
        for part in _parts(lines):
            events = [{"timestamp": round((BEGAN + second) * 1000), "message": line} for second, line in part]
            self._client.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)


def _parts(lines: Iterable[tuple[float, str]]) -> Iterable[list[tuple[float, str]]]:
    found = list(lines)
    return (found[start : start + 10_000] for start in range(0, len(found), 10_000))
