"""Starts workers: processes of their own, which outlive whoever asked for them."""

from __future__ import annotations

import os
import sys

from smtune.local.settings import Settings
from smtune.local.worker import worker_lock


class Launcher:
    """Sees to it that a running tuning job has a worker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._started: dict[str, int] = {}

    def ensure_worker(self, job: str) -> None:
        """Start a worker for `job` unless one lives. Two at once do no harm: only one gets the job's lock."""
        if job in self._started and not _is_over(self._started[job]):
            return
        with worker_lock(self.settings, job) as free:
            pass
        if free:
            self._started[job] = self._spawn(job)

    def _spawn(self, job: str) -> int:
        # posix_spawn rather than subprocess: a Popen object complains when its process outlives it, as it should here.
        log = str(self.settings.job_folder(job) / "worker.log")
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "smtune.local.worker", job],
            {**os.environ, **self.settings.as_environment()},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )


def _is_over(pid: int) -> bool:
    """Whether a child has ended; takes note of its end, so that it does not stay as a zombie."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
