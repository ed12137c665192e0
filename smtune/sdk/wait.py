"""Waiting in a notebook: a line whenever the counters change, and an end even where the job has none."""

from __future__ import annotations

import sys
from collections.abc import Callable

import boto3

from smtune.errors import StoppedError, UsageError
from smtune.patience import Terms
from smtune.progress import Progress, WaitOptions, await_end


def say(line: str) -> None:
    """A line of progress, on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def wait_for(
    session: boto3.Session,
    job: str,
    *,
    timeout: float | None = None,
    poll: float | None = None,
    terms: Terms | None = None,
) -> Progress:
    """Wait until `job` is over, looking every `poll` seconds (None: as fits the job), for `timeout` seconds at most.

    A stopped job is over, too. Raises WaitTimeoutError (the job goes on), JobError where it failed, ServiceError.
    """
    for name, value in (("timeout", timeout), ("poll", poll)):
        if value is not None and value <= 0:
            message = f"{name} is {value}: give seconds above 0"
            raise UsageError(message)
    options = WaitOptions(interval=poll, heard=_tell_news(), terms=terms or Terms(tell=say))
    if timeout is not None:
        options = WaitOptions(timeout, poll, heard=options.heard, terms=options.terms)
    outcome = await_end(session, job, options)
    if outcome.error is not None and not isinstance(outcome.error, StoppedError):
        raise outcome.error
    return outcome.progress


def describe_progress(progress: Progress) -> str:
    """`InProgress: 3/20 done (1 failed), 2 running, best so far 0.9907`."""
    limit = "" if progress.jobs is None else f"/{progress.jobs}"
    counted = (("failed", progress.failed), ("stopped", progress.stopped))
    others = ", ".join(f"{count} {what}" for what, count in counted if count)
    line = (
        f"{progress.status}: {progress.done}{limit} done{f' ({others})' if others else ''}, {progress.running} running"
    )
    return line if progress.best_value is None else f"{line}, best so far {progress.best_value:g}"


def _tell_news() -> Callable[[Progress], None]:
    shown = list[str]()

    def tell(progress: Progress) -> None:
        line = describe_progress(progress)
        if line not in shown[-1:]:
            say(line)
        shown.append(line)

    return tell
