"""Four ways a tuning job may go: low, likely, high, and the most that its own limits allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions
from smtune.estimate.hyperband import Hyperband
from smtune.estimate.jobs import Jobs
from smtune.estimate.minutes import STARTUP, JobMinutes
from smtune.estimate.prices import Tariff
from smtune.estimate.rates import Rate, rates

Json = Mapping[str, Any]
DAY = 86_400
STOPPING_SECONDS = 120
"""What is stopped gets this long to save its model (StoppingCondition's text), and is billed for it."""


@dataclass(frozen=True)
class Scenario:
    """One way it may go, with an entry for each definition (algorithm) of the request."""

    seconds: tuple[float, ...]
    """What one training job is billed for."""
    spans: tuple[float, ...]
    """Seconds from its start to its end: start-up, and waiting for spot capacity, included; inf: no limit."""
    rates: tuple[Rate, ...]
    """Empty where a price is missing."""
    pick: Callable[[Sequence[float]], float]
    """Which definition the training jobs are of."""
    stopping: int = 0
    """Seconds that the tuning job goes on after its own limit."""

    def wall(self, jobs: Jobs) -> float | None:
        """Seconds of the whole tuning job; None: no limit."""
        by_number = math.inf if jobs.rounds is None else jobs.rounds * self.pick(self.spans)
        return _finite(min(by_number, self._end(jobs)))

    def billed(self, jobs: Jobs) -> float | None:
        """Billed seconds of all training jobs together; None: no limit."""
        by_number = math.inf if jobs.number is None else jobs.number * self.pick(self.seconds)
        return _finite(min(by_number, jobs.parallel * self._end(jobs)))

    def money(self, jobs: Jobs, *, instances: float = 1.0) -> float | None:
        """What they cost, with the share `instances` of the instances' price, storage included; None: no limit."""
        hourly = [rate.instances * instances + rate.storage for rate in self.rates]
        each = [rate * seconds / 3600 for rate, seconds in zip(hourly, self.seconds, strict=True)]
        by_number = math.inf if jobs.number is None else jobs.number * self.pick(each)
        return _finite(min(by_number, jobs.parallel * self._end(jobs) / 3600 * self.pick(hourly)))

    def _end(self, jobs: Jobs) -> float:
        return math.inf if jobs.runtime is None else float(jobs.runtime + self.stopping)


def scenarios(
    request: Json, minutes: JobMinutes, hyperband: Hyperband | None, tariff: Tariff | None
) -> dict[str, Scenario]:
    """`low`, `likely`, `high` and `max`; without a tariff they have no rates, so no money."""
    items = definitions(request)
    priced = [rates(item, tariff) for item in items] if tariff else []
    shares = {"low": hyperband.least_share, "likely": hyperband.mean_share} if hyperband else {}
    picks: dict[str, Callable[[Sequence[float]], float]] = {"low": min, "likely": _mean, "high": max}
    found = {}
    for name, pick in picks.items():
        whole = 60 * getattr(minutes, name) * shares.get(name, 1.0)
        seconds = tuple(min(whole, longest_job(item)) for item in items)
        spans = tuple(each + 60 * getattr(STARTUP, name) for each in seconds)
        found[name] = Scenario(seconds, spans, tuple(getattr(rate, name) for rate in priced), pick)
    found["max"] = Scenario(
        seconds=tuple(float(longest_job(item)) for item in items),
        spans=tuple(_longest_span(item) for item in items),
        rates=tuple(rate.high for rate in priced),
        pick=max,
        stopping=STOPPING_SECONDS,
    )
    return found


def longest_job(definition: Json) -> int:
    """Seconds that a training job of `definition` is billed for at most."""
    limit: int = definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DAY)
    return limit + STOPPING_SECONDS


def _longest_span(definition: Json) -> float:
    startup = 60 * STARTUP.high
    if not definition.get("EnableManagedSpotTraining"):
        return startup + longest_job(definition)
    waiting: float = definition.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds", math.inf)
    return startup + waiting + STOPPING_SECONDS


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
