"""A tuning job while it runs: a live table on a terminal, one line a change elsewhere. All on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from smtune.cli.table import console
from smtune.cli.text import duration, remark, show
from smtune.progress import Progress, TrainingJob

_RUNNING_SHOWN = 8
_ENDED_SHOWN = 5


class Lines:
    """One line a change; a failed training job gets one of its own."""

    def __init__(self) -> None:
        self._state: tuple[object, ...] = ()
        self._failed: set[str] = set()

    def show(self, progress: Progress) -> None:
        state = (progress.status, progress.done, progress.failed, progress.best_value)
        if state != self._state:
            for job in reversed(progress.recent):
                if job.status == "Failed" and job.name not in self._failed:
                    self._failed.add(job.name)
                    remark(f"  {job.name} failed: {job.reason or 'the service gives no reason'}")
            remark(line(progress))
        self._state = state

    def say(self, sentence: str) -> None:
        remark(f"  {sentence}")


class Picture:
    """A table that is drawn again at each look."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        self._last = progress
        self._live.update(_picture(progress), refresh=True)

    def say(self, sentence: str) -> None:
        self._live.console.print(Text(f"  {sentence}"))

    def close(self) -> None:
        if self._last is not None:
            remark(line(self._last))


@contextmanager
def screen() -> Iterator[Lines | Picture]:
    """What shows progress on stderr: `show(progress)`, and `say(sentence)` for anything else."""
    where = console(sys.stderr)
    if not where.is_terminal:
        yield Lines()
        return
    with Live(console=where, transient=True, auto_refresh=False) as live:
        picture = Picture(live)
        try:
            yield picture
        finally:
            live.stop()
            picture.close()


def follow(changes: Iterable[Progress], shown: Lines | Picture) -> Progress:
    """Show every change; returns the last."""
    for progress in changes:
        shown.show(progress)
    return progress


def going_on(job: str, *, back: str) -> str:
    """What to know after Ctrl-C: the job does not end with the looking."""
    return f"\n{job} goes on without you. Come back: {back}    Stop it: smtune stop {job}"


def line(progress: Progress) -> str:
    """One line: done, running, failed, best so far, time left."""
    total = "" if progress.jobs is None else f"/{progress.jobs}"
    parts = [f"{progress.done}{total} done", f"{progress.running} running"]
    parts += [f"{progress.failed} failed"] if progress.failed else []
    parts += [f"{progress.stopped} stopped"] if progress.stopped else []
    parts.append("best so far " + ("none" if progress.best_value is None else show(progress.best_value)))
    if progress.remaining is not None:
        parts.append(f"about {duration(progress.remaining)} left")
    return f"{progress.status}: {', '.join(parts)}"


def _picture(progress: Progress) -> Group:
    table = Table(title=f"{progress.name}: {progress.status}", title_justify="left", box=None, pad_edge=False)
    for heading in ("done", "running", "failed", "best so far", "elapsed", "left"):
        table.add_column(heading, justify="right", min_width=9)
    total = "" if progress.jobs is None else f"/{progress.jobs}"
    table.add_row(
        f"{progress.done}{total}",
        str(progress.running),
        str(progress.failed),
        show(progress.best_value) or "-",
        duration(progress.elapsed),
        duration(progress.remaining) if progress.remaining is not None else "-",
    )
    return Group(table, _training_jobs(progress, time.time)) if progress.recent else Group(table)


def _training_jobs(progress: Progress, now: Callable[[], float]) -> Table:
    """The training jobs that run, and those that ended last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("training job", "status", progress.metric or "objective", "time", ""):
        table.add_column(Text(heading), no_wrap=True)
    running = [job for job in progress.recent if job.is_running][:_RUNNING_SHOWN]
    for job in [*running, *_last_ended(progress)]:
        best = "best" if job.name == progress.best_job else ""
        seconds = job.seconds(now())
        cells = (
            job.name,
            job.status,
            show(job.objective) or "-",
            "-" if seconds is None else duration(seconds),
            job.reason or best,
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _last_ended(progress: Progress) -> list[TrainingJob]:
    ended = [job for job in progress.recent if not job.is_running and job.ended is not None]
    ended.sort(key=lambda job: job.ended.timestamp() if job.ended else 0.0, reverse=True)
    return ended[:_ENDED_SHOWN]
