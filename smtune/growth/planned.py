"""A learning curve as a value: which rows, which training jobs, what is there of them, and what they take."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smtune.growth.measure import Measure
from smtune.growth.model import Point
from smtune.growth.options import GrowthOptions
from smtune.growth.source import Part, Source
from smtune.results.spending import JobCost
from smtune.retrain.model import NOT_STARTED, Configuration, Repeat

Json = Mapping[str, Any]
MARK = "c"
"""In the name of each training job."""


@dataclass(frozen=True)
class Training:
    """One training job on a part of the rows."""

    rows: int
    share: float
    part: Part | None
    """None: all rows, from the channel as it is."""
    repeat: Repeat


@dataclass(frozen=True)
class GrowthPlan:
    """A learning curve: what is there of it, and what is to be trained."""

    tuning_job: str
    arn: str
    configuration: Configuration
    """The best of the tuning job."""
    measure: Measure
    trainings: tuple[Training, ...]
    """In the order in which they start."""
    source: Source
    prefix: str
    """S3 prefix below which the parts go."""
    channel: str
    requests: Mapping[str, Json] = field(repr=False)
    """Training job -> its CreateTrainingJob request; may hold secrets."""
    seed_hyperparameter: str | None
    parallel: int
    cost: JobCost = field(repr=False)
    """What the original has cost."""
    currency: str
    options: GrowthOptions = field(repr=False)
    target: float | None = None
    unknown: tuple[str, ...] = ()
    """What has no price."""
    notes: tuple[str, ...] = ()

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        return tuple(training.repeat for training in self.trainings)

    @property
    def to_start(self) -> tuple[Repeat, ...]:
        return tuple(repeat for repeat in self.repeats if repeat.status == NOT_STARTED)

    @property
    def is_over(self) -> bool:
        return all(repeat.is_over for repeat in self.repeats)

    @property
    def parts_to_place(self) -> tuple[Part, ...]:
        """The parts that training jobs to start read."""
        wanted = (each.part for each in self.trainings if each.repeat.status == NOT_STARTED)
        return tuple(part for part in wanted if part is not None)

    @property
    def points(self) -> tuple[Point, ...]:
        """Rows and losses of what has completed with one; where those on all rows are equal, of one of them.

        Then nothing is drawn in a training, whatever its seed: more of the same would look like less noise.
        """
        found = self._losses()
        whole = [point for point in found if point.rows == self.source.rows]
        parts = [point for point in found if point.rows != self.source.rows]
        return (*parts, *(whole[:1] if len(set(whole)) == 1 else whole))

    def _losses(self) -> list[Point]:
        found = []
        for each in self.trainings:
            metrics = each.repeat.metrics if each.repeat.status == "Completed" else {}
            loss = self.measure.validation(metrics)
            if loss is not None:
                found.append(Point(each.rows, loss, self.measure.training(metrics)))
        return found

    @property
    def seconds(self) -> float:
        """What the training jobs to start will take in all, if each took as long as the original, on all rows."""
        return self.cost.billable_seconds * len(self.to_start)

    @property
    def money(self) -> float | None:
        """What they will cost at most, by what the original did; None where a price is missing."""
        each = self.cost.money
        return 0.0 if not self.to_start else None if each is None else each * len(self.to_start)

    @property
    def spent(self) -> float | None:
        """What the training jobs that are over have cost; None where a price is missing."""
        total = 0.0
        for repeat in self.repeats:
            trained = repeat.seconds or 0.0
            billed = trained if repeat.billable_seconds is None else repeat.billable_seconds
            own = dataclasses.replace(self.cost, billable_seconds=billed, training_seconds=max(trained, billed)).money
            if own is None:
                return None
            total += own
        return total

    def place(self, part: Part) -> str:
        """The S3 prefix of a part."""
        return place_of(self.prefix, part, self.channel)

    def with_repeats(self, repeats: Mapping[str, Repeat]) -> GrowthPlan:
        """The same with what is known of the training jobs now."""
        changed = [
            dataclasses.replace(each, repeat=repeats.get(each.repeat.training_job, each.repeat))
            for each in self.trainings
        ]
        return dataclasses.replace(self, trainings=tuple(changed))


def place_of(prefix: str, part: Part, channel: str) -> str:
    """The S3 prefix of a part's files."""
    return f"{prefix}/data/{part.fingerprint}/{channel}"
