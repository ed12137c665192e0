"""A tuning job, watched: one Progress after another, until it ends. Clock and sleep are passed in."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import boto3

from smtune.errors import JobError, WaitTimeoutError
from smtune.patience import Line, Pace, Terms, pace_of
from smtune.progress.recent import recent_training_jobs
from smtune.progress.state import GONE, Progress, progress_of

LONGEST = 30 * 86_400.0
"""Seconds that watching goes on without a timeout of one's own: 30 days."""


@dataclass(frozen=True)
class Watching:
    """How to watch."""

    interval: float | None = None
    """Seconds between two looks; None: as fits the job (`smtune.patience.Pace`)."""
    timeout: float = LONGEST
    """Seconds after which watching ends with WaitTimeoutError; the job goes on."""
    recent: bool = False
    """Whether to list the newest training jobs too: one call more whenever the counts have changed."""
    terms: Terms = field(default_factory=Terms)
    """What to do when the service does not answer."""
    now: Callable[[], float] = time.time
    """Seconds since the epoch."""


def watch(session: boto3.Session, tuning_job: str, watching: Watching | None = None) -> Iterator[Progress]:
    """The job's progress until it ends, the last one included.

    One DescribeHyperParameterTuningJob a look; looks are rare in the middle and more frequent near the expected end.
    Raises WaitTimeoutError, JobError if the job's record is being deleted, ServiceError, ConfigurationError.
    """
    how = watching or Watching()
    clock = how.terms.clock
    deadline = clock() + how.timeout
    line = Line(session, how.terms, deadline=deadline)
    rhythm = _Rhythm(how.interval)
    last = None
    while True:
        progress = _with_recent(line, _look(line, tuning_job, how), last, how)
        yield progress
        if progress.is_over:
            return
        if clock() >= deadline:
            raise _late(progress, how.timeout)
        how.terms.sleep(min(rhythm.pause(progress), max(0.0, deadline - clock())))
        last = progress


def _look(line: Line, tuning_job: str, how: Watching) -> Progress:
    name = {"HyperParameterTuningJobName": tuning_job}
    progress = progress_of(line.call("sagemaker", "describe_hyper_parameter_tuning_job", **name), how.now())
    if progress.status in GONE:
        message = f"{tuning_job} is {progress.status}: its record goes, its training jobs, logs and models stay"
        raise JobError(message)
    return progress


def _with_recent(line: Line, progress: Progress, last: Progress | None, how: Watching) -> Progress:
    if not how.recent:
        return progress
    if last is not None and _counted(last) == _counted(progress):
        return dataclasses.replace(progress, recent=last.recent)
    return dataclasses.replace(progress, recent=recent_training_jobs(line, progress.name))


def _counted(progress: Progress) -> tuple[int, ...]:
    return progress.completed, progress.running, progress.failed, progress.stopped


def _late(progress: Progress, seconds: float) -> WaitTimeoutError:
    total = "" if progress.jobs is None else f" of {progress.jobs}"
    return WaitTimeoutError(
        f"{progress.name} is still {progress.status} after {seconds:g} s of waiting, {progress.done}{total} training "
        f"jobs done; it goes on. Come back: smtune watch {progress.name}"
    )


class _Rhythm:
    """Remembers when the last training job ended, to know when the tuning job should."""

    def __init__(self, interval: float | None) -> None:
        self._fixed = None if interval is None else Pace.every(interval)
        self._looks = 0
        self._done = -1
        self._expected = 0.0

    def pause(self, progress: Progress) -> float:
        """Seconds until the next look."""
        if progress.done != self._done:
            self._done = progress.done
            self._expected = progress.elapsed + (progress.remaining or 0.0)
        to_end = None if progress.remaining is None else self._expected - progress.elapsed
        pace = self._fixed or pace_of(progress.arn)
        self._looks += 1
        return pace.pause(self._looks - 1, to_end=to_end)
