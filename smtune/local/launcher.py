"""Starts workers: processes of their own, which outlive whoever asked for them."""

from __future__ import annotations

import os
import sys
from typing import Protocol

from smtune.local.clock import Clock, MachineClock
from smtune.local.lock import worker_lock
from smtune.local.settings import Settings

_LOCK = 3
"""The worker's descriptor of its lock."""


class Workers(Protocol):
    """Who runs tuning jobs, and on what clock."""

    @property
    def clock(self) -> Clock:
        """Also the service's."""

    def ensure_worker(self, job: str) -> None:
        """See to it that somebody runs `job`."""


class Launcher:
    """Sees to it that a running tuning job has a worker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = MachineClock()
        self._started: set[int] = set()

    def ensure_worker(self, job: str) -> None:
        """Start a worker for `job` unless one lives; the lock goes from hand to hand, so there is never a second."""
        self._bury()
        with worker_lock(self.settings, job) as lock:
            if lock is not None:
                self._started.add(self._spawn(job, lock.fileno()))

    def _spawn(self, job: str, lock: int) -> int:
        # posix_spawn rather than subprocess: a Popen object complains when its process outlives it, as it should here.
        log = str(self.settings.job_folder(job) / "worker.log")
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "smtune.local.worker", job, str(_LOCK)],
            {**os.environ, **self.settings.as_environment()},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, lock, _LOCK),  # first: its number may be one of the next
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def _bury(self) -> None:
        """Take note of the workers that have ended, so that they do not stay as zombies."""
        for pid in list(self._started):
            if _is_over(pid):
                self._started.discard(pid)


def _is_over(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
