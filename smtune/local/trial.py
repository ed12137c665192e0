"""One training job that runs: what a worker knows of it, whatever runs it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from smtune.local.contract import Contract
from smtune.local.limits import TimeLimit
from smtune.local.program import Program
from smtune.metrics import Observation, Scraper


@dataclass(frozen=True)
class TrialPlan:
    """Everything that it takes to run a training job."""

    contract: Contract
    program: Program
    data: Mapping[str, Path]
    archive: Path | None
    environment: Mapping[str, str]
    """The request's, on top of the contract's."""
    folder: Path
    """Holds `training.log`, the trial's root and, while it runs, `pid`."""
    scraper: Scraper
    bubblewrap: str | None
    network: bool = True
    time_limit: float = float("inf")
    stop_grace: float = 120.0
    memory: float | None = None
    """Gigabytes."""
    image: str | None = None
    """Of its container; None: it is a process."""


class Trial(Protocol):
    """A started training job."""

    @property
    def plan(self) -> TrialPlan:
        """What was asked for."""

    @property
    def root(self) -> Path:
        """Once it has ended, a folder with its `model`, `output/data` and `output/failure`, as far as there are any."""

    @property
    def stopping(self) -> float | None:
        """When it was told to end, on the clock that nobody sets."""

    @property
    def exceeded(self) -> TimeLimit | None:
        """The time limit that told it to, if one did."""

    @property
    def lines(self) -> int:
        """How many it has printed."""

    @property
    def tail(self) -> deque[str]:
        """The last of them."""

    @property
    def trouble(self) -> str | None:
        """What kept it from being run as it should have been, in words; no fault of its own."""

    def poll(self) -> int | None:
        """The exit code once it is over and its log is read to the end; enforces the time limits."""

    def drain(self) -> list[Observation]:
        """The metric values printed since the last call."""

    def stop(self) -> None:
        """Ask it to end, as the service does: SIGTERM, and SIGKILL after the grace period."""

    def kill(self) -> None:
        """End it and all that it has started, at once."""
