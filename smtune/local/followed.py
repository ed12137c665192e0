"""What the trials have in common that are a process of this machine: times that are kept, and a log that is read."""

from __future__ import annotations

from collections import deque

from smtune.local.limits import Limits, TimeLimit
from smtune.local.log_reader import LogReader
from smtune.metrics import Observation


class Followed:
    """A part of a trial; whoever starts the program sets what is followed."""

    _limits: Limits
    _reader: LogReader

    @property
    def stopping(self) -> float | None:
        return self._limits.stopping

    @property
    def exceeded(self) -> TimeLimit | None:
        return self._limits.exceeded

    @property
    def lines(self) -> int:
        return self._reader.lines

    @property
    def tail(self) -> deque[str]:
        return self._reader.tail

    @property
    def trouble(self) -> str | None:
        trouble = self._reader.trouble
        return None if trouble is None else f"cannot write the log: {trouble}"

    def drain(self) -> list[Observation]:
        return self._reader.drain()
