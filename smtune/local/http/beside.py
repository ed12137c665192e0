"""moto's server beside the engine, for the services that it has not: IAM, ECR, KMS, service quotas and the rest.

It starts with the first request for one of them, in a process that ends with this one, however that ends: it reads a
pipe that nobody else can write to. What it knows is in its memory.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from typing import Protocol

from smtune.errors import ConfigurationError
from smtune.local.http.proxy import Upstream
from smtune.local.settings import ACCOUNT

MISSING = "IAM, ECR, KMS and other services are not here: pip install 'smtune[serve]' brings them"
_END_SECONDS = 5.0


class Beside(Protocol):
    """Where requests go that the engine does not answer."""

    def upstream(self) -> Upstream:
        """Raises ConfigurationError, OSError."""

    def close(self) -> None:
        """End what was started for it."""


class Elsewhere:
    """An endpoint of the user's."""

    def __init__(self, url: str) -> None:
        self._upstream = Upstream(url)

    def upstream(self) -> Upstream:
        return self._upstream

    def close(self) -> None:
        """Nothing was started."""


class Moto:
    """moto's server, from the first request on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._upstream: Upstream | None = None

    @staticmethod
    def is_installed() -> bool:
        """Whether the extra `serve` is there."""
        return all(importlib.util.find_spec(name) is not None for name in ("moto", "flask", "flask_cors"))

    def upstream(self) -> Upstream:
        if not self.is_installed():
            raise ConfigurationError(MISSING)
        with self._lock:
            if self._upstream is None or self.pid is None:
                self.close()
                self._upstream = self._start()
            return self._upstream

    @property
    def has_begun(self) -> bool:
        """Whether it was ever asked for."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The number of its process, while that lives."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _start(self) -> Upstream:
        # A session of its own: Ctrl-C is for this process, which then ends it.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "smtune.local.http.moto_process"],
            env={**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        with self._process.stdout as output:  # type: ignore[union-attr]  # it is a pipe
            url = output.readline().strip()
        if not url:
            message = f"moto's server ended with exit code {self._process.wait()} before it listened"
            raise OSError(message)
        return Upstream(url)
