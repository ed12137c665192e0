"""How long a training job may run, and how long it may take to stop."""

from __future__ import annotations

import time
from typing import Literal

TimeLimit = Literal["MaxRuntime", "MaxWaitTime"]
"""A time limit of a training job's StoppingCondition: the field without `InSeconds`."""


class Limits:
    """The times of one training job, on the clock that nobody sets."""

    def __init__(self, time_limit: float, stop_grace: float) -> None:
        self.time_limit = time_limit
        self.stop_grace = stop_grace
        self.stopping: float | None = None
        """When it was told to end."""
        self.exceeded: TimeLimit | None = None
        self._began: float | None = None

    def begin(self) -> None:
        """Count from now on: what came before was no training."""
        if self._began is None:
            self._began = time.monotonic()

    def stop(self) -> bool:
        """It is told to end; whether this is the first time."""
        if self.stopping is not None:
            return False
        self.stopping = time.monotonic()
        return True

    def due(self) -> Literal["stop", "kill"] | None:
        """What has to be done by now."""
        now = time.monotonic()
        if self.stopping is None and self._began is not None and now - self._began > self.time_limit:
            self.exceeded = "MaxRuntime"
            return "stop"
        if self.stopping is not None and now - self.stopping > self.stop_grace:
            return "kill"
        return None

    def is_overdue(self, seconds: float) -> bool:
        """Whether it has been told to end, and its grace was over so long ago."""
        return self.stopping is not None and time.monotonic() - self.stopping > self.stop_grace + seconds
