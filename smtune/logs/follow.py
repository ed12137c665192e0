"""Logs as they come, until the job ends: one FilterLogEvents a look, for any number of training jobs and hosts.

Each look begins a little before the newest line, since a host's lines can arrive later than another's; what was seen
already is known by its event's id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from smtune.errors import WaitTimeoutError
from smtune.logs.lines import LogLine, as_line, event_pages
from smtune.logs.read import Reading, read_logs
from smtune.logs.source import Source
from smtune.patience import ENGINE, Line, Pace, pace_of
from smtune.statuses import RUNNING

_OVERLAP = 10.0
_LONGEST_LAG = 60.0
_LATE = 5.0
_LONGEST = 30 * 86_400.0
_AWS = Pace(2.0, 10.0)


@dataclass(frozen=True)
class Following:
    """How to follow."""

    timeout: float = _LONGEST
    """Seconds after which it ends with WaitTimeoutError; the job goes on."""
    interval: float | None = None
    """Seconds between two looks; None: as fits the job."""


def follow_logs(line: Line, source: Source, reading: Reading, following: Following | None = None) -> Iterator[LogLine]:
    """The lines so far, then each new one until the job is over. Raises WaitTimeoutError."""
    if source.is_over:
        yield from read_logs(line, source, reading)
        return
    how = following or Following()
    window = _Window(source, reading)
    if reading.tail is not None:
        for each in read_logs(line, source, reading):
            window.remember(each)
            yield each
    yield from _until_over(line, source, window, how)


def _until_over(line: Line, source: Source, window: _Window, how: Following) -> Iterator[LogLine]:
    clock, sleep = line.terms.clock, line.terms.sleep
    deadline = clock() + how.timeout
    status = _Status(line, source, clock())
    quiet = 0
    while True:
        is_over = status.is_over(clock())
        if is_over and status.pace is not ENGINE:
            sleep(_LATE)  # the last lines reach CloudWatch after the job's end is known
        found = False
        for each in window.fresh(line):
            found = True
            yield each
        if is_over:
            return
        if clock() >= deadline:
            raise WaitTimeoutError(f"{source.name} still runs after {how.timeout:g} s; it goes on")
        quiet = 0 if found else quiet + 1
        pace = Pace.every(how.interval) if how.interval is not None else ENGINE if status.pace is ENGINE else _AWS
        sleep(min(pace.pause(quiet), max(0.0, deadline - clock())))


class _Status:
    """Asks whether the job is over, more seldom than for its lines."""

    def __init__(self, line: Line, source: Source, now: float) -> None:
        self.pace = pace_of(source.arn)
        self._line, self._source = line, source
        self._looks, self._next = 0, now

    def is_over(self, now: float) -> bool:
        if now < self._next:
            return False
        self._next = now + self.pace.pause(self._looks)
        self._looks += 1
        if self._source.tuning_job is None:
            job = self._line.call("sagemaker", "describe_training_job", TrainingJobName=self._source.name)
            return job["TrainingJobStatus"] not in RUNNING
        name = {"HyperParameterTuningJobName": self._source.tuning_job}
        job = self._line.call("sagemaker", "describe_hyper_parameter_tuning_job", **name)
        return job["HyperParameterTuningJobStatus"] not in RUNNING


class _Window:
    """The newest stretch of the logs, and which of its events were given already."""

    def __init__(self, source: Source, reading: Reading) -> None:
        self._source, self._reading = source, reading
        self._since = source.since if reading.since is None else max(source.since, reading.since)
        self._newest: dict[str, float] = {}
        self._given: dict[tuple[str, str], float] = {}
        self._tail: Counter[LogLine] = Counter()
        self._before_tail = 0.0

    def remember(self, line: LogLine) -> None:
        """A line that was given before the window opened: it and all before it are not given again."""
        self._before_tail = self._before_tail or line.time
        self._tail[line] += 1

    def fresh(self, line: Line) -> Iterator[LogLine]:
        """Lines that were not given yet, by time within a page."""
        prefix = self._prefix()
        for page in event_pages(line, prefix, self._begin()):
            for stream, event in page:
                key = (stream, event.get("eventId") or f"{event['timestamp']} {event['message']}")
                each = as_line(event, stream)
                if key in self._given or not self._source.may_have(each.training_job):
                    continue
                self._given[key] = each.time
                self._newest[stream] = max(each.time, self._newest.get(stream, 0.0))
                if self._reading.fits(each) and not self._was_in_tail(each):
                    yield each
        begin = self._begin()
        self._given = {key: time for key, time in self._given.items() if time >= begin}

    def _was_in_tail(self, line: LogLine) -> bool:
        if self._tail[line] > 0:
            self._tail[line] -= 1
            return True
        return line.time < self._before_tail

    def _prefix(self) -> str:
        source = self._source
        return f"{source.name}/" if source.tuning_job is None else f"{source.tuning_job}-"

    def _begin(self) -> float:
        """From when on to look: before the newest line of the slowest stream, but not of one that is silent."""
        if not self._newest:
            return max(self._since, self._before_tail)
        newest = max(self._newest.values())
        slowest = min(time for time in self._newest.values() if time >= newest - _LONGEST_LAG)
        return max(self._since, slowest - _OVERLAP)
