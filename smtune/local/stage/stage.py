"""Where tuning jobs are played: in this process, on a clock that moves only when it is told to."""

from __future__ import annotations

import math
import threading

from smtune.local.clock import StillClock
from smtune.local.settings import Settings
from smtune.local.stage.script import Director
from smtune.local.stage.ways import StageWays
from smtune.local.store import Store
from smtune.local.tuning import Tuning

_LATE = 1e-6  # so that a sum of seconds since 1970 is never too early


class Stage:
    """Plays every tuning job of a service. While the clock moves, each thing happens at its own time."""

    def __init__(self, settings: Settings, director: Director, now: float) -> None:
        """`now`: what the clock says, in seconds since the epoch."""
        self.clock = StillClock(now)
        self._settings = settings
        self._director = director
        self._store = Store(settings.database)
        self._playing: dict[str, tuple[Tuning, StageWays]] = {}
        self._lock = threading.RLock()

    def ensure_worker(self, job: str) -> None:
        """Play `job` from now on, and all that is due."""
        with self._lock:
            if job not in self._playing:
                record = self._store.tuning_job(job)
                if record is None or record.ended is not None:
                    return
                ways = StageWays(self._director, self.clock)
                tuning = Tuning(self._store, self._settings, record, self.clock, ways)
                tuning.begin()
                self._playing[job] = tuning, ways
            self._settle(job)

    def advance(self, seconds: float) -> None:
        """Move the clock, and play what happens meanwhile. Raises ValueError for a time that goes back."""
        if not (math.isfinite(seconds) and seconds >= 0):
            message = f"a clock goes on by 0 seconds or more, not by {seconds!r}"
            raise ValueError(message)
        with self._lock:
            until = self.clock.now() + seconds
            while (moment := self._next_event()) is not None and moment <= until:
                self._play(moment)
            self._play(until)

    def finish(self) -> None:
        """Move the clock to the end of the last tuning job."""
        with self._lock:
            while self.step():
                pass

    def step(self) -> bool:
        """Move the clock to the next thing that happens, if there is any; tells whether there was."""
        with self._lock:
            moment = self._next_event()
            if moment is not None:
                self._play(moment)
            return moment is not None

    def close(self) -> None:
        """Close this thread's memory."""
        self._store.close()

    def _play(self, moment: float) -> None:
        self.clock.set(moment)
        for job in list(self._playing):
            self._settle(job)

    def _settle(self, job: str) -> None:
        """Look at a tuning job until nothing more happens at this moment."""
        tuning, ways = self._playing[job]
        while not tuning.has_ended():
            due = ways.next_event
            if tuning.floor.is_settled and (due is None or due > self.clock.now()):
                return
        del self._playing[job]

    def _next_event(self) -> float | None:
        moments = [moment for tuning, ways in self._playing.values() for moment in self._moments(tuning, ways)]
        return min(moments, default=None)

    def _moments(self, tuning: Tuning, ways: StageWays) -> list[float]:
        """When something happens next in a tuning job: in a training job, or its own time is up."""
        due = ways.next_event
        left = tuning.deadline - self.clock.elapsed()
        own = [self.clock.now() + left + _LATE] if math.isfinite(left) and left > 0 else []
        return own if due is None else [*own, due]
