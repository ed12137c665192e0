"""What an estimate says: plain values that print and compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.estimate.hyperband import Hyperband
from smtune.estimate.jobs import Jobs
from smtune.estimate.prices import Price


@dataclass(frozen=True)
class Figures:
    """One quantity four times; None where nothing bounds it."""

    low: float | None
    likely: float | None
    high: float | None
    max: float | None
    """What the request's own limits allow at most."""


@dataclass(frozen=True)
class Cost:
    """Money for the whole tuning job, storage included."""

    currency: str
    on_demand: Figures
    spot_floor: Figures
    """The same with the most that spot instances can save; they may save nothing."""
    storage: Figures
    """The part of both that is storage."""
    prices: Mapping[str, Price]
    """Of an hour of each instance type, and of a GB-month of `storage`."""


@dataclass(frozen=True)
class Estimate:
    """How many training jobs, on how many instances, for how long and for how much."""

    jobs: Jobs
    hyperband: Hyperband | None
    at_once: Mapping[str, int]
    """Instance type -> instances at once, at worst."""
    wall_seconds: Figures
    """Of the whole tuning job."""
    billed_seconds: Figures
    """Of all training jobs together; each counts once, however many instances it has."""
    cost: Cost | None
    """None where a price is missing: see `unknown`."""
    unknown: tuple[str, ...]
    """What has no price, as `ml.m5.large in eu-west-1`."""
    assumptions: tuple[str, ...]
    """What the figures rest on, a sentence each."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: `estimate` of a plan. Seconds and money to 6 decimals."""
        data = dataclasses.asdict(self)
        data["jobs"]["rounds"] = self.jobs.rounds
        if self.hyperband is not None:
            data["hyperband"] |= {
                "configurations_per_round": self.hyperband.configurations,
                "mean_share": self.hyperband.mean_share,
                "brackets": [dataclasses.asdict(bracket)["rungs"] for bracket in self.hyperband.brackets],
            }
        result: dict[str, Any] = _rounded(data)
        return result


def _rounded(value: Any) -> Any:
    """Floats to 6 decimals: the last bits of a sum are no information, and differ between machines."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
