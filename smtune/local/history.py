"""What a tuning job has tried, kept by its worker: nobody else adds to it, so it is read from the store only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from smtune.local.records import TrainingJob


class History:
    """Training jobs by number, and how many have each status."""

    def __init__(self, jobs: Iterable[TrainingJob]) -> None:
        self._jobs: dict[int, TrainingJob] = {}
        self._statuses: Counter[str] = Counter()
        for job in jobs:
            self.put(job)

    def put(self, job: TrainingJob) -> None:
        """A training job as it is now."""
        before = self._jobs.get(job.number)
        if before is not None:
            self._statuses[before.status] -= 1
        self._jobs[job.number] = job
        self._statuses[job.status] += 1

    def __len__(self) -> int:
        return len(self._jobs)

    def count(self, status: str) -> int:
        """How many have a status."""
        return self._statuses[status]

    def jobs(self) -> list[TrainingJob]:
        """All, by number."""
        return [self._jobs[number] for number in sorted(self._jobs)]
