"""A verification as a value: what is there of it, what is to be trained, and what that takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smtune.errors import UsageError
from smtune.estimate import PriceTable
from smtune.execute.pending import Pending
from smtune.patience import Terms
from smtune.results.spending import JobCost
from smtune.retrain.model import NOT_STARTED, Configuration, Repeat

Json = Mapping[str, Any]
MARK = "v"
"""In the name of each repeat."""
_MOST_REPEATS = 1000


@dataclass(frozen=True)
class VerifyOptions:
    """What to retrain, how often, and how."""

    top: int = 3
    """How many configurations, the best by the objective."""
    repeats: int = 5
    """Of each; at least 2."""
    seed_hyperparameter: str | None = None
    """None: the algorithm's own, or the one of a usual name."""
    is_unseeded: bool = False
    """Whether nothing is changed, because trainings differ by themselves."""
    is_new: bool = False
    """Whether to train all of it anew, though it was verified before."""
    parallel: int | None = None
    """Training jobs at once; None: as many as in the tuning job."""
    prices: PriceTable | None = None
    """None: the shipped ones."""
    terms: Terms = field(default_factory=lambda: Terms(patience=180.0))


@dataclass(frozen=True)
class VerifyPlan:
    """A verification: what is there of it, and what is to be trained."""

    tuning_job: str
    arn: str
    metric: str
    """The objective; of several algorithms the first one's."""
    is_maximized: bool
    configurations: tuple[Configuration, ...]
    requests: Mapping[str, Json] = field(repr=False)
    """Repeat -> its CreateTrainingJob request; may hold secrets."""
    seeds: Mapping[str, str | None]
    """Original training job -> the hyperparameter that is its seed."""
    attempt: int
    """0 for the first verification, 1 for the next that was asked for anew, ..."""
    parallel: int
    costs: Mapping[str, JobCost] = field(repr=False)
    """Original training job -> what it has cost."""
    currency: str
    unknown: tuple[str, ...] = ()
    """What has no price."""
    notes: tuple[str, ...] = ()
    pending: Pending | None = field(default=None, repr=False)
    """Remembers a verification that was asked for anew until all of it is started."""

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """In the order in which they start: the first of each configuration, the second of each, ..."""
        every = (repeat for item in self.configurations for repeat in item.repeats)
        return tuple(sorted(every, key=lambda repeat: repeat.number))

    @property
    def to_start(self) -> tuple[Repeat, ...]:
        return tuple(repeat for repeat in self.repeats if repeat.status == NOT_STARTED)

    @property
    def is_over(self) -> bool:
        return all(repeat.is_over for repeat in self.repeats)

    @property
    def seeds_shared(self) -> bool:
        """Whether repeats of one number have the same seed."""
        return all(name is not None for name in self.seeds.values())

    @property
    def seconds(self) -> float:
        """What the training jobs to start will take in all, by the originals' billable seconds."""
        return sum(self.costs[item.training_job].billable_seconds * new for item, new in self._new())

    @property
    def money(self) -> float | None:
        """What they will cost, by what the originals did; None where a price is missing."""
        each = [(self.costs[item.training_job].money, new) for item, new in self._new()]
        known = [money * new for money, new in each if money is not None]
        return sum(known) if len(known) == len(each) else None

    def _new(self) -> list[tuple[Configuration, int]]:
        found = [(item, sum(each.status == NOT_STARTED for each in item.repeats)) for item in self.configurations]
        return [(item, new) for item, new in found if new]

    def with_repeats(self, repeats: Mapping[str, Repeat]) -> VerifyPlan:
        """The same with what is known of the repeats now."""
        changed = [
            dataclasses.replace(item, repeats=tuple(repeats.get(each.training_job, each) for each in item.repeats))
            for item in self.configurations
        ]
        return dataclasses.replace(self, configurations=tuple(changed))


def refuse_unfit(options: VerifyOptions) -> None:
    """Raise UsageError for options that nothing can be made of."""
    if options.top < 1 or not 2 <= options.repeats <= _MOST_REPEATS or (options.parallel or 1) < 1:
        message = f"verify at least 1 configuration with 2 to {_MOST_REPEATS} repeats, 1 or more at once"
        raise UsageError(message)
    if options.is_unseeded and options.seed_hyperparameter is not None:
        message = "a seed is named and no seed is wanted: say one of them"
        raise UsageError(message)
