"""Request + tariff + assumptions -> Estimate. Pure: nothing is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smtune.definitions import definitions
from smtune.estimate.fleet import at_once, fleets
from smtune.estimate.hyperband import Hyperband, read_hyperband
from smtune.estimate.jobs import Jobs, count_jobs
from smtune.estimate.minutes import STARTUP, JobMinutes
from smtune.estimate.model import Cost, Estimate, Figures
from smtune.estimate.prices import Tariff
from smtune.estimate.rates import missing_prices, used_prices
from smtune.estimate.scenarios import STOPPING_SECONDS, Scenario, scenarios
from smtune.search.halving import FACTOR

Json = Mapping[str, Any]
SPOT_SHARE = 0.1
"""Managed spot training saves up to 90 % of the instances' price, AWS says; how much is known only afterwards."""


def estimate(request: Json, tariff: Tariff, minutes: JobMinutes | None = None) -> Estimate:
    """What `request` takes and costs in the tariff's region; `minutes` says how long one training job runs."""
    minutes = minutes or JobMinutes()
    jobs, hyperband = count_jobs(request), read_hyperband(request)
    unknown = missing_prices(definitions(request), tariff)
    ways = scenarios(request, minutes, hyperband, None if unknown else tariff)
    return Estimate(
        jobs=jobs,
        hyperband=hyperband,
        at_once=at_once(request, jobs.parallel),
        wall_seconds=_figures(ways, lambda way: way.wall(jobs)),
        billed_seconds=_figures(ways, lambda way: way.billed(jobs)),
        cost=None if unknown else _cost(request, jobs, ways, tariff),
        unknown=unknown,
        assumptions=tuple(_assumptions(request, minutes, hyperband)),
    )


def largest_cost(request: Json, tariff: Tariff) -> float | None:
    """Money that the tuning job can cost at most, on demand; None: no limit. Every price has to be in the tariff."""
    return scenarios(request, JobMinutes(), None, tariff)["max"].money(count_jobs(request))


def _figures(ways: Mapping[str, Scenario], quantity: Callable[[Scenario], float | None]) -> Figures:
    return Figures(**{name: quantity(way) for name, way in ways.items()})


def _cost(request: Json, jobs: Jobs, ways: Mapping[str, Scenario], tariff: Tariff) -> Cost:
    return Cost(
        currency=tariff.currency,
        on_demand=_figures(ways, lambda way: way.money(jobs)),
        spot_floor=_figures(ways, lambda way: way.money(jobs, instances=SPOT_SHARE)),
        storage=_figures(ways, lambda way: way.money(jobs, instances=0)),
        prices=used_prices(definitions(request), tariff),
    )


def _assumptions(request: Json, minutes: JobMinutes, hyperband: Hyperband | None) -> Iterator[str]:
    items = definitions(request)
    said = "as --job-minutes says" if minutes.is_given else "a guess: say what yours takes with --job-minutes"
    yield f"one whole training job takes {minutes} (low, likely, high): {said}"
    yield f"its instances are there after {STARTUP} (a guess), which is not billed: billing begins when they are"
    yield (
        f"max is what the request's own limits allow: each training job runs to its MaxRuntimeInSeconds and takes "
        f"{STOPPING_SECONDS} s more to stop; waiting for on-demand capacity is in no figure"
    )
    if hyperband is not None:
        yield (
            f"Hyperband: likely counts {hyperband.mean_share:.0%} of a whole training job, low "
            f"{hyperband.least_share:.0%}: the brackets of the paper with factor {FACTOR}, as AWS publishes none"
        )
    if len(items) > 1:
        yield "low counts the cheapest algorithm only, likely an equal share of each, high and max the dearest"
    if any(len(fleets(item)) > 1 for item in items):
        yield "low counts the cheapest of the instances to choose from, likely the first, high and max the dearest"
    yield "not counted: S3, data transfer, logs; and storage on instances that have disks of their own costs nothing"
