"""Hyperband's brackets: how many configurations start, and how far each of them goes.

Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization" (JMLR 18, 2018), with a reduction
factor of 3. AWS publishes neither its factor nor its bracket sizes, so the numbers are the paper's, and said to be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions

FACTOR = 3
_MOST = 20_000  # the service's own limit
_RESOURCE_KEYS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


@dataclass(frozen=True)
class Rung:
    """`configurations` training jobs reach `resource` (epochs, say)."""

    configurations: int
    resource: int


@dataclass(frozen=True)
class Bracket:
    """A round of successive halving: a third of the configurations goes on from each rung to the next."""

    rungs: tuple[Rung, ...]

    @property
    def configurations(self) -> int:
        return self.rungs[0].configurations

    @property
    def spent(self) -> int:
        """Resources that all its configurations use up together."""
        following = (*(rung.configurations for rung in self.rungs[1:]), 0)
        pairs = zip(self.rungs, following, strict=True)
        return sum((rung.configurations - kept) * rung.resource for rung, kept in pairs)


@dataclass(frozen=True)
class Hyperband:
    """One round of all brackets between two resources."""

    min_resource: int
    max_resource: int

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        """From the one that starts most configurations to the one that stops none."""
        most = 0
        while self.min_resource * FACTOR ** (most + 1) <= self.max_resource:
            most += 1
        return tuple(self._bracket(steps, most) for steps in range(most, -1, -1))

    def _bracket(self, steps: int, most: int) -> Bracket:
        start = math.ceil((most + 1) / (steps + 1) * FACTOR**steps)
        rungs = [
            Rung(start // FACTOR**step, max(self.min_resource, self.max_resource // FACTOR ** (steps - step)))
            for step in range(steps + 1)
        ]
        return Bracket(tuple(rungs))

    @property
    def configurations(self) -> int:
        """Training jobs of one round of all brackets."""
        return sum(bracket.configurations for bracket in self.brackets)

    @property
    def mean_share(self) -> float:
        """How much of a whole training job the average one runs (0 to 1)."""
        return sum(bracket.spent for bracket in self.brackets) / (self.configurations * self.max_resource)

    @property
    def least_share(self) -> float:
        """How much of a whole training job each one runs at least: `MinResource` (0 to 1)."""
        return self.min_resource / self.max_resource


def read_hyperband(request: Mapping[str, Any]) -> Hyperband | None:
    """What `request` asks of Hyperband; None for another strategy, or where it does not say the most epochs.

    MaxResource may be left out where a static hyperparameter (`epochs`, say) gives it; MinResource is 1 if left out.
    """
    config = request["HyperParameterTuningJobConfig"]
    if config["Strategy"] != "Hyperband":
        return None
    said = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    static = [definition.get("StaticHyperParameters", {}) for definition in definitions(request)]
    inferred = [int(item[key]) for item in static for key in _RESOURCE_KEYS if item.get(key, "").isdecimal()]
    high = said.get("MaxResource") or max((value for value in inferred if value <= _MOST), default=None)
    low = said.get("MinResource", 1)
    return Hyperband(low, high) if high and low <= high else None
