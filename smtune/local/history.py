"""What a tuning job has tried, kept by its worker: nobody else adds to it, so it is read from the store only once."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from smtune.local.records import TrainingJob
from smtune.search.question import State, Trial, Tried

_STATES: Mapping[str, State] = {"InProgress": "pending", "Stopping": "pending", "Failed": "failed"}


@dataclass
class Curve:
    """A training job's objective, value by value, as far as it has got."""

    values: list[float] = field(default_factory=list)
    averages: list[float] = field(default_factory=list)
    """Of all values up to this one."""

    def add(self, value: float) -> None:
        count = len(self.values)
        before = self.averages[-1] if count else 0.0
        self.values.append(value)
        self.averages.append(before + (value - before) / (count + 1))


class History:
    """Training jobs by number, how many have each status, and the curves of their objectives."""

    def __init__(self, jobs: Iterable[TrainingJob]) -> None:
        self._jobs: dict[int, TrainingJob] = {}
        self._statuses: Counter[str] = Counter()
        self._objectives = 0
        self._tried: dict[str | None, Tried] = {}
        self._ended: list[TrainingJob] = []
        self._curves: dict[int, Curve] = {}
        for job in jobs:
            self.put(job)

    def put(self, job: TrainingJob) -> None:
        """A training job as it is now."""
        before = self._jobs.get(job.number)
        if before is not None:
            self._statuses[before.status] -= 1
            self._objectives -= before.objective is not None
            if before.ended is not None:
                self._ended.remove(before)
        self._jobs[job.number] = job
        self._statuses[job.status] += 1
        self._objectives += job.objective is not None
        if job.ended is not None:
            bisect.insort(self._ended, job, key=_end)
        trial = Trial(job.config, job.objective, _STATES.get(job.status, "finished"))
        self._tried.setdefault(job.definition, Tried()).put(job.number, trial)

    def __len__(self) -> int:
        return len(self._jobs)

    def count(self, status: str) -> int:
        """How many have a status."""
        return self._statuses[status]

    @property
    def has_objectives(self) -> bool:
        """Whether any training job has brought an objective, also if it was stopped."""
        return self._objectives > 0

    def jobs(self) -> list[TrainingJob]:
        """All, by number."""
        return [self._jobs[number] for number in sorted(self._jobs)]

    def ended(self) -> list[TrainingJob]:
        """Those that are over, in the order of their end."""
        return list(self._ended)

    def tried(self, definition: str | None) -> Tried:
        """The trials of one definition."""
        return self._tried.get(definition) or Tried()

    # the objective while it trains

    def observe(self, number: int, values: Iterable[float]) -> None:
        """What the training job `number` has just published of its objective."""
        curve = self._curves.setdefault(number, Curve())
        for value in values:
            curve.add(value)

    def forget(self, number: int) -> None:
        """The training job starts again."""
        self._curves.pop(number, None)

    def curve(self, number: int) -> Curve:
        return self._curves.get(number, Curve())

    @property
    def has_curves(self) -> bool:
        """Whether any training job has published its objective more than once."""
        return any(len(curve.values) > 1 for curve in self._curves.values())

    def curves(self) -> Iterator[tuple[TrainingJob, Curve]]:
        """Of everyone who has published anything and has not failed."""
        for number, curve in self._curves.items():
            job = self._jobs.get(number)
            if job is not None and job.status != "Failed" and curve.values:
                yield job, curve


def _end(job: TrainingJob) -> float:
    return job.ended or 0.0
