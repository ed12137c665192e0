"""Starts workers: processes of their own, which outlive whoever asked for them."""

from __future__ import annotations

import os
import subprocess
import sys

from smtune.local.settings import Settings
from smtune.local.worker import worker_lock


class Launcher:
    """Sees to it that a running tuning job has a worker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def ensure_worker(self, job: str) -> None:
        """Start a worker for `job` unless one lives. Two at once do no harm: only one gets the job's lock."""
        started = self._started.get(job)
        if started is not None and started.poll() is None:
            return
        with worker_lock(self.settings, job) as free:
            pass
        if free:
            self._started[job] = self._start(job)

    def _start(self, job: str) -> subprocess.Popen[bytes]:
        folder = self.settings.job_folder(job)
        with (folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "smtune.local.worker", job],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **self.settings.as_environment()},
            )
