"""An upload while it runs: a bar on a terminal, a line now and then elsewhere. All on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from smtune.cli.text import remark
from smtune.data.upload.settings import Report, UploadProgress

_PAUSE = 5.0


@contextmanager
def showing() -> Iterator[Report]:
    """A report for `upload` and `send` that shows how far they are; what interrupts them says how far they came."""
    try:
        if sys.stderr.isatty():
            with _bar() as report:
                yield report
        else:
            yield _Lines()
    except KeyboardInterrupt as interrupt:
        if interrupt.args:
            remark(str(interrupt.args[0]))
        raise


class _Lines:
    """A line after each few seconds; nothing of an upload that is quicker."""

    def __init__(self) -> None:
        self._last: float | None = None  # until something has been sent

    def __call__(self, progress: UploadProgress) -> None:
        now = time.monotonic()
        if self._last is None:
            self._last = now
        elif now - self._last >= _PAUSE:
            self._last = now
            remark(progress.describe())


@contextmanager
def _bar() -> Iterator[Report]:
    from rich import progress as rich_progress

    from smtune.cli.table import console

    screen = console(sys.stderr)
    if not screen.is_terminal:  # CI, or TERM=dumb
        yield _Lines()
        return
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("uploading", total=None)

        def report(progress: UploadProgress) -> None:
            text = f"{progress.files:,} of {progress.total_files:,} files"
            bar.update(task, description=text, completed=progress.bytes, total=progress.total_bytes)

        yield report
