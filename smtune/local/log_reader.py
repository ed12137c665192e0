"""What a running training job prints: read line by line, written to its log, searched for metric values."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path
from typing import IO

from smtune.local.training_log import TrainingLog
from smtune.metrics import LINE_BYTES, Observation, Scraper, as_text

_TAIL_LINES = 50


class LogReader:
    """A thread that reads a program's output to its end, so that the program never waits for anybody."""

    def __init__(self, stream: IO[bytes], file: Path, scraper: Scraper) -> None:
        """Read `stream` from now on, and close it at its end."""
        self.lines = 0
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self.trouble: OSError | None = None
        """What kept the log from being written."""
        self._file = file
        self._scraper = scraper
        self._told = 0
        self._observed: list[Observation] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def drain(self) -> list[Observation]:
        """The metric values printed since the last call."""
        with self._lock:
            observed, self._observed = self._observed, []
        return observed

    def finish(self, seconds: float) -> None:
        """Wait for the end of the stream, so long at most."""
        self._thread.join(seconds)

    def _read(self, stream: IO[bytes]) -> None:
        with stream, TrainingLog(self._file) as log:
            while raw := stream.readline(LINE_BYTES):
                now = time.time()
                line = as_text(raw)
                log.write(now, line)
                observed = self._scraper.read(line, now)
                self._tell_slow(log, now)
                self.lines += 1
                self.tail.append(line)
                with self._lock:
                    self._observed += observed
            self.trouble = log.trouble

    def _tell_slow(self, log: TrainingLog, now: float) -> None:
        """Say once of each metric that its regex takes too long."""
        for words in list(self._scraper.slow.values())[self._told :]:
            self._told += 1
            log.write(now, words)
