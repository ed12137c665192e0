"""A slow step beside others: files are read while boto3 is imported, say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Errand(Generic[Result]):
    """A call in a thread of its own, which keeps nobody from leaving: Ctrl-C does not wait for it."""

    def __init__(self, call: Callable[[], Result]) -> None:
        self._call = call
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def is_done(self, patience: float = 0.0) -> bool:
        """Whether it has ended; waits so many seconds for it."""
        self._thread.join(patience)
        return not self._thread.is_alive()

    def result(self) -> Result:
        """What the call returned, as soon as it has; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001  a thread has nobody to tell: `result` raises it, whatever it is
            self._error = error


class DoneErrand(Errand[Result]):
    """A call that is over when it has been made: in the caller's own thread."""

    def __init__(self, call: Callable[[], Result]) -> None:  # no thread is started
        self._call = call
        self._result = []
        self._error = None
        try:
            self._result.append(call())
        except Exception as error:  # noqa: BLE001  `result` raises it; an end of the whole process is not to wait for that
            self._error = error

    def is_done(self, patience: float = 0.0) -> bool:  # noqa: ARG002  nobody waits for what is over
        return True

    def result(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._result[0]
