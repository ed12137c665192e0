"""What a tuning job has tried, kept by its worker: nobody else adds to it, so it is read from the store only once."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from smtune.local.records import TrainingJob
from smtune.search.median import Averages
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
        self._averages: dict[int, Averages] = {}
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
        if job.status == "Failed":
            self._drop_averages(job.number)
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
            epoch = len(curve.values)
            if epoch in self._averages and self._counts(number):
                self._averages[epoch].put(number, curve.averages[-1])

    def forget(self, number: int) -> None:
        """The training job starts again."""
        self._curves.pop(number, None)
        self._drop_averages(number)

    def curve(self, number: int) -> Curve:
        return self._curves.get(number, Curve())

    @property
    def has_curves(self) -> bool:
        """Whether any training job has published its objective more than once."""
        return any(len(curve.values) > 1 for curve in self._curves.values())

    def curves(self) -> Iterator[tuple[TrainingJob, Curve]]:
        """Of everyone who has published anything and has not failed."""
        for number, curve in self._curves.items():
            if curve.values and self._counts(number):
                yield self._jobs[number], curve

    def averages_before(self, number: int, epoch: int) -> list[float]:
        """The running averages at `epoch` (from 1) of those with a lower number, as far as they have got there."""
        if epoch not in self._averages:
            made = self._averages[epoch] = Averages()
            for job, curve in self.curves():
                if len(curve.averages) >= epoch:
                    made.put(job.number, curve.averages[epoch - 1])
        return self._averages[epoch].before(number)

    def _counts(self, number: int) -> bool:
        """Whether others are measured by it."""
        return number in self._jobs and self._jobs[number].status != "Failed"

    def _drop_averages(self, number: int) -> None:
        for averages in self._averages.values():
            averages.drop(number)


def _end(job: TrainingJob) -> float:
    return job.ended or 0.0
