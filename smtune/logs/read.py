"""Logs as they are now. They are streamed: a page of lines is in memory at a time, however long the log is."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import boto3

from smtune.logs.lines import LogLine, as_line, event_pages, stream_pages, streams_of
from smtune.logs.source import Source
from smtune.logs.tail import tail
from smtune.patience import Line, Terms

_FEW = 20
_BRIEF = 60.0


@dataclass(frozen=True)
class Reading:
    """Which lines."""

    since: float | None = None
    """Seconds since the epoch."""
    tail: int | None = None
    """The last so many, of those that fit."""
    grep: re.Pattern[str] | None = None
    """Only lines in which this is found."""

    def fits(self, line: LogLine) -> bool:
        return self.grep is None or self.grep.search(line.text) is not None


def log_lines(session: boto3.Session, training_job: str) -> list[tuple[float, str]]:
    """A training job's log: (seconds since the epoch, line), from all its hosts in turn."""
    line = Line(session, Terms(patience=_BRIEF))
    return [
        (each.time, each.text)
        for stream in streams_of(line, training_job)
        for page in stream_pages(line, stream)
        for each in page
    ]


def read_logs(line: Line, source: Source, reading: Reading) -> Iterator[LogLine]:
    """The lines of all training jobs of `source`, by time."""
    if not source.training_jobs:
        return
    if reading.tail is None:
        yield from _fitting(line, source, reading)
    elif reading.grep is None and len(source.training_jobs) <= _FEW:
        ends = [each for job in source.training_jobs for each in tail(line, job, reading.tail, since=reading.since)]
        ends.sort(key=lambda each: each.time)
        yield from ends[len(ends) - min(reading.tail, len(ends)) :]
    else:
        yield from deque(_fitting(line, source, reading), maxlen=reading.tail)


def _fitting(line: Line, source: Source, reading: Reading) -> Iterator[LogLine]:
    since = source.since if reading.since is None else max(source.since, reading.since)
    for page in event_pages(line, source.prefix, since):
        for stream, event in page:
            each = as_line(event, stream)
            if source.has(each.training_job) and reading.fits(each):
                yield each
