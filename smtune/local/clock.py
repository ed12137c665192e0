"""What time it is: this machine's, or one that a test or a simulation sets."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and waits."""

    def now(self) -> float:
        """Seconds since the epoch; may be set while it runs."""

    def elapsed(self) -> float:
        """Seconds since some moment; only ever grows."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class StillClock:
    """A clock that only moves when it is told to: for tests and simulations."""

    def __init__(self, now: float) -> None:
        """`now`: seconds since the epoch."""
        self._began = self._now = now

    def now(self) -> float:
        return self._now

    def elapsed(self) -> float:
        return self._now - self._began

    def sleep(self, seconds: float) -> None:
        self.set(self._now + max(0.0, seconds))

    def set(self, now: float) -> None:
        """Move on to `now`; a time that has been stays where it is."""
        self._now = max(self._now, now)


class MachineClock:
    """The clock of this machine."""

    def now(self) -> float:
        return time.time()

    def elapsed(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
