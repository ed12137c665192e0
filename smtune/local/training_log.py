"""A training job's log as it is written: `SECONDS line`, each line whole."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class TrainingLog:
    """A file to append to; trouble with it is kept, not raised: whoever writes has to go on reading the program."""

    def __init__(self, path: Path) -> None:
        self.trouble: OSError | None = None
        """What kept the first line that is missing from being written; no other was written after it."""
        self._file: BinaryIO | None = None
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            self.trouble = error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._close()

    def write(self, seconds: float, line: str) -> None:
        """Append a line, printed at `seconds` since the epoch."""
        if self._file is None:
            return
        data = memoryview(f"{seconds:.3f} {line}\n".encode())
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            self.trouble = error
            self._close()  # what comes later must not end the line that is now broken

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
