"""The lock that a tuning job's worker holds for as long as it lives: the kernel tells everybody when it has died."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from smtune.local.settings import Settings


@contextmanager
def worker_lock(settings: Settings, job: str, *, handed: int | None = None) -> Iterator[IO[str] | None]:
    """Hold the job's lock; yields its file, or None where another process has it.

    A process that is given the file's descriptor (`handed`) has the lock, too, after the giver has closed it.
    """
    path = settings.job_folder(job) / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") if handed is None else os.fdopen(handed, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file


def has_worker(settings: Settings, job: str) -> bool:
    """Whether a process runs the job now."""
    if not (settings.job_folder(job) / "worker.lock").exists():
        return False
    with worker_lock(settings, job) as free:
        return free is None
