"""One training job as a script plays it: a trial without a process."""

from __future__ import annotations

from collections import deque

from smtune.local.clock import Clock
from smtune.local.limits import TimeLimit
from smtune.local.records import Transition
from smtune.local.settings import LOG
from smtune.local.stage.lines import line_of
from smtune.local.stage.script import Script
from smtune.local.stage.timeline import Event, Terms, steps_at, timeline
from smtune.local.training_log import TrainingLog
from smtune.local.trial import TrialPlan
from smtune.metrics import Observation

_TAIL_LINES = 50
_INTERNAL = "InternalServerError"
_FAILED = 1


class ScriptedTrial:
    """A training job that is played."""

    def __init__(self, plan: TrialPlan, script: Script, clock: Clock, objective: str, terms: Terms) -> None:
        """Begin now."""
        self.plan = plan
        self.root = plan.folder / "ml"
        self.stopping: float | None = None
        self.exceeded: TimeLimit | None = None
        self.lines = 0
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self.trouble: str | None = None
        self.steps: tuple[Transition, ...] = ()
        self._clock, self._script = clock, script
        self._began = clock.now()
        self._events = deque(timeline(script, objective, terms))
        self._observed: list[Observation] = []
        self._counts: dict[str, int] = {}
        self._code: int | None = None
        for folder in ("model", "output/data"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        self._play()

    @property
    def next_event(self) -> float | None:
        """When something happens next, in seconds since the epoch; None: it is over."""
        if self._code is not None:
            return None
        return self._clock.now() if self.stopping is not None else self._began + self._events[0].time

    def poll(self) -> int | None:
        if self._code is None:
            self._play()
        return self._code

    def drain(self) -> list[Observation]:
        observed, self._observed = self._observed, []
        return observed

    def stop(self) -> None:
        if self.stopping is None:
            self.stopping = self._clock.elapsed()

    def kill(self) -> None:
        self._code = _FAILED

    def _play(self) -> None:
        """All that has happened by now."""
        now = self._clock.now()
        with TrainingLog(self.plan.folder / LOG) as log:
            while self._code is None and self._began + self._events[0].time <= now:
                event = self._events.popleft()
                self.steps += steps_at(event, self._began)
                self._print(event, log)
                if event.is_end:
                    self._end(event)
        if self.stopping is not None and self._code is None:
            self._code = 0

    def _print(self, event: Event, log: TrainingLog) -> None:
        at = self._began + event.time
        lines = [] if event.line is None else [event.line]
        if event.line is not None:
            self._observed += map(self._counted, self.plan.scraper.read(event.line, at))
        for name, value in event.values.items():
            self._observed.append(self._counted(Observation(name, value, at, 0)))
        for line in (*lines, *line_of(event.values, self.plan.scraper.definitions)):
            log.write(at, line)
            self.lines += 1
            self.tail.append(line)

    def _counted(self, item: Observation) -> Observation:
        """With its step: a metric may be printed in lines and by the curve."""
        step = self._counts.get(item.name, 0)
        self._counts[item.name] = step + 1
        return Observation(item.name, item.value, item.time, step)

    def _end(self, event: Event) -> None:
        self.exceeded, fails = event.exceeded, self._script.fails
        self._code = 0
        trains = self.steps and self.steps[-1].status == "Training"
        for name, text in self._script.model.items() if trains else ():  # without an instance there is no model
            file = self.root / "model" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if fails is None or event.exceeded is not None:
            return
        self._code = _FAILED
        if fails.startswith(_INTERNAL):
            self.trouble = fails.removeprefix(_INTERNAL).lstrip(": ")
        else:
            (self.root / "output" / "failure").write_text(fails.removeprefix("AlgorithmError: "), encoding="utf-8")
