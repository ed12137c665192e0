"""What a tuning job has cost, as values: training job by training job, in all, and beside its estimate."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.estimate import Estimate
from smtune.estimate.prices import Price
from smtune.estimate.rates import Rate
from smtune.statuses import RUNNING


@dataclass(frozen=True)
class JobCost:
    """One training job's share."""

    name: str
    status: str
    instances: Mapping[str, int]
    """Instance type -> how many."""
    billable_seconds: float
    """Of one instance; of a job that runs the seconds so far."""
    training_seconds: float
    """With what spot instances saved."""
    is_spot: bool
    rate: Rate | None
    """Money for an hour; None where a price is missing."""

    @property
    def storage(self) -> float | None:
        """Money for the volumes, which are there as long as the job is."""
        return None if self.rate is None else self.rate.storage * self.training_seconds / 3600

    @property
    def money(self) -> float | None:
        """Instances and volumes."""
        if self.rate is None or self.storage is None:
            return None
        return self.rate.instances * self.billable_seconds / 3600 + self.storage

    @property
    def saved(self) -> float | None:
        """Money that spot instances saved."""
        if self.rate is None or not self.is_spot:
            return None if self.rate is None else 0.0
        return self.rate.instances * max(0.0, self.training_seconds - self.billable_seconds) / 3600


@dataclass(frozen=True)
class Spending:
    """What a tuning job has cost so far."""

    name: str
    status: str
    region: str
    currency: str
    jobs: tuple[JobCost, ...]
    prices: Mapping[str, Price]
    """Of an hour of each instance type, and of a GB-month of `storage`."""
    unknown: tuple[str, ...]
    """What has no price, as `ml.m5.large in eu-west-1`."""
    estimate: Estimate
    """Of the job's own request, on the assumptions that it names."""

    @property
    def billable_seconds(self) -> float:
        """Of all training jobs; each counts once, however many instances it has."""
        return math.fsum(job.billable_seconds for job in self.jobs)

    @property
    def running(self) -> int:
        """Training jobs that are not over: what they cost is what they have cost so far."""
        return sum(job.status in RUNNING for job in self.jobs)

    @property
    def instance_seconds(self) -> dict[str, float]:
        """Instance type -> billable seconds of all its instances."""
        found: dict[str, float] = defaultdict(float)
        for job in self.jobs:
            for kind, count in job.instances.items():
                found[kind] += count * job.billable_seconds
        return dict(found)

    @property
    def money(self) -> float | None:
        """Instances and volumes of all training jobs; None where a price is missing."""
        return _total([job.money for job in self.jobs])

    @property
    def storage(self) -> float | None:
        return _total([job.storage for job in self.jobs])

    @property
    def saved(self) -> float | None:
        """Money that spot instances saved."""
        return _total([job.saved for job in self.jobs])

    def beside(self, figure: str) -> float | None:
        """How far the actual cost is from the estimate's `likely` or `max`, as a share: -0.4 is 40 % less."""
        cost = self.estimate.cost
        guessed = getattr(cost.on_demand, figure) if cost is not None else None
        return None if self.money is None or not guessed else self.money / guessed - 1

    def to_dict(self) -> dict[str, Any]:
        """As JSON; money to 6 decimals, seconds as they are."""
        cost = self.estimate.cost
        figures = {"likely": cost.on_demand.likely, "max": cost.on_demand.max} if cost is not None else {}
        return {
            "schema_version": 1,
            "tuning_job_name": self.name,
            "status": self.status,
            "region": self.region,
            "currency": self.currency,
            "billable_seconds": self.billable_seconds,
            "instance_seconds": self.instance_seconds,
            "running": self.running,
            "cost": _rounded(self.money),
            "of_it_storage": _rounded(self.storage),
            "spot_saved": _rounded(self.saved),
            "unknown": list(self.unknown),
            "prices": {
                name: {"price": price.amount, "date": price.source.date, "source": price.source.what}
                for name, price in self.prices.items()
            },
            "estimate": {
                name: {"cost": _rounded(guessed), "deviation": _rounded(self.beside(name))}
                for name, guessed in figures.items()
            },
            "assumptions": list(self.estimate.assumptions),
            "training_jobs": [_job_dict(job) for job in self.jobs],
        }


def _job_dict(job: JobCost) -> dict[str, Any]:
    return {
        "name": job.name,
        "status": job.status,
        "instances": dict(job.instances),
        "billable_seconds": job.billable_seconds,
        "training_seconds": job.training_seconds,
        "spot": job.is_spot,
        "cost": _rounded(job.money),
    }


def _total(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if len(known) == len(values) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
