"""What a suggestion depends on, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from smtune.search.space import Space

State = Literal["finished", "pending", "failed"]
Key = frozenset[tuple[str, str]]
"""A configuration, to compare."""


@dataclass(frozen=True)
class Trial:
    """A configuration that was tried: `value` is its objective, None while it runs or if it failed."""

    config: Mapping[str, str]
    value: float | None
    state: State

    @property
    def has_succeeded(self) -> bool:
        """Whether it has an objective to learn from."""
        return self.state == "finished" and self.value is not None and math.isfinite(self.value)


@dataclass
class Tried:
    """Trials that come one by one: a question after thousands of them costs no more than the first."""

    trials: list[Trial] = field(default_factory=list)
    """By number, if they have come by number."""
    keys: set[Key] = field(default_factory=set)
    """Their configurations."""
    _places: dict[int, int] = field(default_factory=dict)

    def put(self, number: int, trial: Trial) -> None:
        """The trial of this number as it is now; its configuration stays what it was."""
        place = self._places.setdefault(number, len(self.trials))
        if place < len(self.trials):
            self.trials[place] = trial
        else:
            self.trials.append(trial)
            self.keys.add(key(trial.config))


@dataclass(frozen=True)
class Past:
    """What an earlier tuning job has found, in the space of this one."""

    trials: Sequence[Trial]
    is_same: bool
    """Whether data and algorithm were the same, so that its values are this job's as well."""

    @cached_property
    def keys(self) -> Container[Key]:
        """Its configurations."""
        return frozenset(key(trial.config) for trial in self.trials)


@dataclass(frozen=True)
class Question:
    """What to try next, after `trials`?"""

    space: Space
    trials: Sequence[Trial]
    """By number, from 1."""
    strategy: str
    """Bayesian, Random, Hyperband or Grid."""
    maximize: bool
    seed: int
    past: Sequence[Past] = ()
    keys: Container[Key] | None = None
    """The configurations of `trials`, for whoever has them already."""

    @property
    def number(self) -> int:
        """That of the training job to come."""
        return len(self.trials) + 1

    def has_seen(self, config: Mapping[str, str]) -> bool:
        """Whether this configuration was tried before."""
        mine = key(config)
        return mine in self._own or any(mine in past.keys for past in self.past if past.is_same)

    @cached_property
    def _own(self) -> Container[Key]:
        return frozenset(key(trial.config) for trial in self.trials) if self.keys is None else self.keys

    def rng(self, *purpose: int) -> np.random.Generator:
        """Chance, the same at every call: of the job's seed and the training job's number."""
        return np.random.default_rng([self.seed, self.number, *purpose])


def key(config: Mapping[str, str]) -> Key:
    return frozenset(config.items())
