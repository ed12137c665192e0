"""Threads that carry out tasks which may lead to more tasks, until none is left, one fails, or somebody presses Ctrl-C.

Not an executor: its threads would be waited for at the end of the process, however long a request hangs.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

Task = Callable[[], Iterable["Task"]]
"""Does something; what it returns is done next, before what waits already."""

_LOOK = 0.1
_GRACE = 2.0


def carry_out(tasks: Iterable[Task], workers: int, watch: Callable[[], None]) -> None:
    """Do all `tasks`, `workers` at once; `watch` is called meanwhile, in the caller's thread.

    Raises what the first task raised that failed; the others that run by then are waited for, but not for long.
    """
    crew = _Crew(tasks)
    for number in range(workers):
        threading.Thread(target=crew.work, name=f"smtune-upload-{number}", daemon=True).start()
    try:
        while not crew.wait(_LOOK):
            watch()
    finally:
        crew.stop()
        crew.settle(time.monotonic() + _GRACE)
    if crew.error is not None:
        raise crew.error


class _Crew:
    def __init__(self, tasks: Iterable[Task]) -> None:
        self.error: BaseException | None = None
        self._queue = deque(tasks)
        self._busy = 0
        self._stopped = False
        self._change = threading.Condition()

    def work(self) -> None:
        while (task := self._next()) is not None:
            try:
                more: Iterable[Task] = tuple(task())
            except BaseException as error:  # noqa: BLE001  a thread has nobody to tell: the caller's raises it
                self._done(error=error)
            else:
                self._done(more)

    def wait(self, seconds: float) -> bool:
        """Whether all is done, or one has failed, within `seconds`."""
        with self._change:
            return self._change.wait_for(self._is_over, seconds)

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def settle(self, deadline: float) -> None:
        """Wait for tasks that run, until `deadline`."""
        with self._change:
            self._change.wait_for(lambda: self._busy == 0, max(0.0, deadline - time.monotonic()))

    def _is_over(self) -> bool:
        return self._stopped or not (self._queue or self._busy)

    def _next(self) -> Task | None:
        with self._change:
            self._change.wait_for(lambda: self._queue or self._is_over())
            if self._stopped or not self._queue:
                return None
            self._busy += 1
            return self._queue.popleft()

    def _done(self, more: Iterable[Task] = (), error: BaseException | None = None) -> None:
        with self._change:
            self._busy -= 1
            self._queue.extendleft(reversed(tuple(more)))
            if error is not None:
                self.error = self.error or error
                self._stopped = True
            if more or self._is_over() or self._stopped:
                self._change.notify_all()
