"""Counts what an upload does, from many threads."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

from smtune.data.upload.settings import Sent, UploadProgress


class Tally:
    """Adds up `Sent`; one for each upload."""

    def __init__(self, total_files: int, total_bytes: int) -> None:
        self._totals = (total_files, total_bytes)
        self._sent: dict[str, int] = dataclasses.asdict(Sent())
        self._done = [0, 0]
        self._lock = threading.Lock()

    def add(self, *, files: int = 0, size: int = 0, **counts: int) -> None:
        """`files` and `size` (bytes) are there now; `counts` are those of `Sent`."""
        with self._lock:
            self._done[0] += files
            self._done[1] += size
            for name, count in counts.items():
                self._sent[name] += count

    @property
    def progress(self) -> UploadProgress:
        with self._lock:
            return UploadProgress(self._done[0], self._totals[0], self._done[1], self._totals[1])

    @property
    def sent(self) -> Sent:
        with self._lock:
            counts: dict[str, Any] = dict(self._sent)
        return Sent(**counts)
