"""What a simulation has shown: plain values that print and compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KIND = "smtune/simulation"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class SimulatedJob:
    """A training job that would have been run. Times are seconds since the tuning job's creation."""

    number: int
    definition: str | None
    """Of several algorithms."""
    hyperparameters: Mapping[str, str]
    """The tuned ones, as the service carries them."""
    resource: int | None
    """Hyperband's, where it is a hyperparameter: so many epochs are what it may train."""
    created: float
    ended: float
    billed_seconds: int
    status: str
    """The service's."""
    reason: str | None
    """Why it was stopped, or failed."""
    values: int
    """How many values of the objective it has printed."""
    objective: float | None


@dataclass(frozen=True)
class Bill:
    """Money for all training jobs, storage included."""

    currency: str
    on_demand: float
    spot_floor: float
    """With the most that spot instances can save."""


@dataclass(frozen=True)
class Simulation:
    """How a search went on an objective that nobody trained for."""

    source: str
    """The spec's file, as it was named."""
    strategy: str
    objective: Mapping[str, str]
    """`metric`, `type` (Maximize, Minimize), and `simulated_by`: in words."""
    status: str
    end: str
    """Why the tuning job ended."""
    seconds: float
    """Of the whole tuning job, on its own clock."""
    billed_seconds: int
    at_once: int
    """Training jobs at once, at most."""
    bill: Bill | None
    """None where a price is missing: see `unknown`."""
    unknown: tuple[str, ...]
    jobs: tuple[SimulatedJob, ...]
    best: int | None
    """The number of the best training job."""
    assumptions: tuple[str, ...]
    """What time and money rest on, a sentence each."""
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Status -> how many training jobs have it."""
        found: dict[str, int] = {}
        for job in self.jobs:
            found[job.status] = found.get(job.status, 0) + 1
        return found

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape of `smtune run --simulate -o json`."""
        data = {name: value for name, value in dataclasses.asdict(self).items() if name != "jobs"}
        jobs = [{name: _rounded(value) for name, value in dataclasses.asdict(job).items()} for job in self.jobs]
        head = {"kind": KIND, "schema_version": SCHEMA_VERSION, "simulated": True}
        bill = None if self.bill is None else {name: _rounded(value) for name, value in data["bill"].items()}
        return head | data | {"seconds": _rounded(self.seconds), "bill": bill, "counts": self.counts, "jobs": jobs}


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
