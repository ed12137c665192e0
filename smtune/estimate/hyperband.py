"""Hyperband's brackets: how many configurations start, and how far each of them goes.

They are those of `smtune.search.halving`, which the local engine runs. AWS publishes neither its factor nor its bracket
sizes, so for the service the numbers are the papers', and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.search.halving import FACTOR, Halving
from smtune.search.resource import read_halving


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
        halving = Halving(self.min_resource, self.max_resource)
        return tuple(self._bracket(share, rungs) for share, rungs in zip(halving.shares, halving.brackets, strict=True))

    def _bracket(self, share: int, rungs: Sequence[int]) -> Bracket:
        levels = (*rungs, self.max_resource)
        return Bracket(tuple(Rung(share // FACTOR**step, level) for step, level in enumerate(levels)))

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
    halving = read_halving(request)
    return None if halving is None else Hyperband(halving.least, halving.most)
