"""A budget -> the largest limits whose highest cost stays within it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions
from smtune.errors import Problem, SpecError
from smtune.estimate.build import largest_cost
from smtune.estimate.jobs import count_jobs
from smtune.estimate.money import in_words
from smtune.estimate.prices import Tariff
from smtune.estimate.rates import missing_prices, rates
from smtune.estimate.scenarios import STOPPING_SECONDS, longest_job

Json = Mapping[str, Any]
_KEY = "limits.budget"
_SHORTEST = 120  # the service's own least MaxRuntimeInSeconds


@dataclass(frozen=True)
class Budget:
    """An amount of money."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:g} {self.currency}"


def parse_budget(text: str) -> Budget:
    """`20 USD` -> Budget; raises SpecError."""
    amount, _, currency = text.partition(" ")
    try:
        budget = Budget(float(amount), currency)
    except ValueError:
        raise _refusal(f"{text!r} is not an amount of money", "write it as 20 USD") from None
    if not (math.isfinite(budget.amount) and budget.amount > 0 and len(currency) == 3 and currency.isupper()):
        raise _refusal(f"{text!r} is not an amount of money", "write it as 20 USD")
    return budget


def within_budget(request: Json, budget: Budget, tariff: Tariff) -> tuple[dict[str, Any], tuple[str, ...]]:
    """`request` with limits that keep its highest cost within `budget`, and what was lowered for it.

    The tuning job gets an earlier end (MaxRuntimeInSeconds), if that leaves a training job time to reach its own
    limit; else fewer training jobs. Both are as large as the budget allows, and never larger than the request's own.
    Raises SpecError where a price is missing, or the budget does not pay for one whole training job.
    """
    _require_prices(request, budget, tariff)
    dearest = max(_one_job(item, tariff) for item in definitions(request))
    if dearest > budget.amount:
        raise _too_small(request, budget, tariff, dearest)
    most = largest_cost(request, tariff)
    if most is not None and most <= budget.amount:
        return dict(request), ()
    lowered = _end_sooner(request, budget, tariff) or _run_fewer(request, budget, dearest)
    return lowered, (_lowered(request, lowered, budget),)


def _require_prices(request: Json, budget: Budget, tariff: Tariff) -> None:
    if budget.currency != tariff.currency:
        message = f"the budget is in {budget.currency}, the prices are in {tariff.currency}"
        raise _refusal(message, f"write it in {tariff.currency}, or give prices in {budget.currency}: --prices FILE")
    missing = missing_prices(definitions(request), tariff)
    if missing:
        message = f"a budget cannot be kept without prices: there is none for {', '.join(missing)}"
        raise _refusal(message, "give them (smtune plan --prices FILE), or take limits.budget out")


def _one_job(definition: Json, tariff: Tariff) -> float:
    """Money that one training job costs at most."""
    return rates(definition, tariff).high.total * longest_job(definition) / 3600


def _end_sooner(request: Json, budget: Budget, tariff: Tariff) -> dict[str, Any] | None:
    """An earlier end of the tuning job; None where it would cut short even the first training jobs."""
    items = definitions(request)
    hourly = max(rates(item, tariff).high.total for item in items) * count_jobs(request).parallel
    runtime = math.floor(budget.amount / hourly * 3600) - STOPPING_SECONDS
    if runtime < max(_SHORTEST, *(longest_job(item) for item in items)):
        return None
    return _with_limits(request, MaxRuntimeInSeconds=runtime)


def _run_fewer(request: Json, budget: Budget, dearest: float) -> dict[str, Any]:
    number = math.floor(budget.amount / dearest)
    config = request["HyperParameterTuningJobConfig"]
    if config["Strategy"] == "Grid":
        message = f"{budget} pays for {number} training jobs at most, and a grid always runs all of its own"
        raise _refusal(message, "raise the budget, lower compute.runtime_seconds, or use strategy: random")
    parallel = min(number, config["ResourceLimits"]["MaxParallelTrainingJobs"])
    return _with_limits(request, MaxNumberOfTrainingJobs=number, MaxParallelTrainingJobs=parallel)


def _with_limits(request: Json, **limits: int) -> dict[str, Any]:
    config = request["HyperParameterTuningJobConfig"]
    return {
        **request,
        "HyperParameterTuningJobConfig": {**config, "ResourceLimits": {**config["ResourceLimits"], **limits}},
    }


def _lowered(before: Json, after: Json, budget: Budget) -> str:
    old, new = (item["HyperParameterTuningJobConfig"]["ResourceLimits"] for item in (before, after))
    words = [
        f"{name} {value:,} ({f'instead of {old[name]:,}' if name in old else 'there was none'})"
        for name, value in new.items()
        if old.get(name) != value
    ]
    more = "; a lower compute.runtime_seconds allows more" if "MaxRuntimeInSeconds" not in str(words) else ""
    return f"to cost {budget} at most: {', '.join(words)}{more}"


def _too_small(request: Json, budget: Budget, tariff: Tariff, dearest: float) -> SpecError:
    hourly = max(rates(item, tariff).high.total for item in definitions(request))
    affordable = math.floor(budget.amount / hourly * 3600) - STOPPING_SECONDS
    words = in_words(dearest, budget.currency)
    message = f"{budget} does not pay for one training job, which may cost {words} until its own limit ends it"
    shorter = f"lower compute.runtime_seconds to {affordable} or less, " if affordable > 0 else ""
    return _refusal(message, f"{shorter}take a cheaper instance, or raise the budget to {words}")


def _refusal(message: str, fix: str) -> SpecError:
    return SpecError((Problem(0, 0, _KEY, message, fix),))
