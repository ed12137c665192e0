"""The training jobs of one algorithm, best first, and what part of the evidence each hyperparameter has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from smtune.revise.model import Top, Trial
from smtune.spec.ranges import Scalar, encode

ENOUGH = 10
ENOUGH_A_RANGE = 5


@dataclass(frozen=True)
class Sample:
    """Training jobs that ended, and how much is read into them."""

    trials: Sequence[Trial]
    maximize: bool
    top: Top
    ranges: int
    """How many hyperparameters are searched."""

    @cached_property
    def measured(self) -> tuple[Trial, ...]:
        """Those with an objective, the best first; of equals the earlier."""
        sign = -1.0 if self.maximize else 1.0
        found = [trial for trial in self.trials if trial.is_measured]
        return tuple(sorted(found, key=lambda trial: sign * (trial.objective or 0.0)))

    @cached_property
    def best(self) -> tuple[Trial, ...]:
        """Those that count as the best, and those that are as good as the last of them."""
        last = self.top.of(len(self.measured))
        if not last:
            return ()
        found = self.measured[:last]
        return (*found, *(trial for trial in self.measured[last:] if trial.objective == found[-1].objective))

    @cached_property
    def first(self) -> tuple[Trial, ...]:
        """The best one, and those that are as good as it."""
        return tuple(trial for trial in self.measured if trial.objective == self.measured[0].objective)

    @cached_property
    def failed(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.has_failed)

    @property
    def wanted(self) -> int:
        """How many with an objective it takes to narrow much."""
        return max(ENOUGH, ENOUGH_A_RANGE * self.ranges)

    @property
    def is_enough(self) -> bool:
        return len(self.measured) >= self.wanted


def numbers(trials: Sequence[Trial], name: str) -> list[float]:
    """The values of a hyperparameter that is a number; a training job without one is left out."""
    found = (trial.hyperparameters.get(name) for trial in trials)
    return [float(value) for value in found if isinstance(value, int | float) and not isinstance(value, bool)]


def texts(trials: Sequence[Trial], name: str) -> list[str]:
    """The values of a hyperparameter that is a choice, as the request has them."""
    values: list[Mapping[str, Scalar]] = [trial.hyperparameters for trial in trials if name in trial.hyperparameters]
    return [encode(each[name]) for each in values]
