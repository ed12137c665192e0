"""What a suggestion depends on, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from smtune.search.space import Space

State = Literal["finished", "pending", "failed"]


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


@dataclass(frozen=True)
class Past:
    """What an earlier tuning job has found, in the space of this one."""

    trials: Sequence[Trial]
    is_same: bool
    """Whether data and algorithm were the same, so that its values are this job's as well."""


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

    @property
    def number(self) -> int:
        """That of the training job to come."""
        return len(self.trials) + 1

    @cached_property
    def tried(self) -> frozenset[frozenset[tuple[str, str]]]:
        """Every configuration there was, as `key` makes it."""
        same = (trial for past in self.past if past.is_same for trial in past.trials)
        return frozenset(key(trial.config) for trial in (*self.trials, *same))

    def rng(self, *purpose: int) -> np.random.Generator:
        """Chance, the same at every call: of the job's seed and the training job's number."""
        return np.random.default_rng([self.seed, self.number, *purpose])


def key(config: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """A configuration, to compare."""
    return frozenset(config.items())
