"""A tuning job while it runs: a live table on a terminal, one line a change elsewhere. All on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.live import Live
from rich.table import Table

from smtune.cli.table import console
from smtune.cli.text import duration, remark, show
from smtune.progress import Progress


def follow(changes: Iterable[Progress]) -> Progress:
    """Show every change; returns the last."""
    screen = console(sys.stderr)
    return _table(changes) if screen.is_terminal else _lines(changes)


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


def _lines(changes: Iterable[Progress]) -> Progress:
    seen = None
    for progress in changes:
        state = (progress.status, progress.done, progress.failed, progress.best_value)
        if state != seen:
            remark(line(progress))
        seen, last = state, progress
    return last


def _table(changes: Iterable[Progress]) -> Progress:
    with Live(console=console(sys.stderr), transient=True, auto_refresh=False) as live:
        for progress in changes:
            live.update(_picture(progress), refresh=True)
    remark(line(progress))
    return progress


def _picture(progress: Progress) -> Table:
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
    return table
