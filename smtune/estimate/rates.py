"""What an hour of one training job costs, from a tariff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.estimate.fleet import Fleet, fleets
from smtune.estimate.prices import Price, Tariff

Json = Mapping[str, Any]
HOURS_A_MONTH = 730
"""A month of storage on average; AWS bills the share of the month that a volume exists."""


@dataclass(frozen=True)
class Rate:
    """Money for an hour of one training job: all its instances and their storage."""

    instances: float
    storage: float

    @property
    def total(self) -> float:
        return self.instances + self.storage


@dataclass(frozen=True)
class Rates:
    """The rates of one definition: the cheapest and the dearest fleet it may get, and the one it prefers."""

    low: Rate
    likely: Rate
    high: Rate


def missing_prices(definitions: Iterable[Json], tariff: Tariff) -> tuple[str, ...]:
    """What the tariff has no price for, in words; empty when every definition can be priced."""
    kinds, stores = _needs(definitions)
    missing = [kind for kind in kinds if kind not in tariff.instances]
    missing += ["storage"] if stores and tariff.storage is None else []
    return tuple(f"{item} in {tariff.region}" for item in missing)


def used_prices(definitions: Iterable[Json], tariff: Tariff) -> dict[str, Price]:
    """Instance types, and `storage` -> their prices, as far as the tariff has them."""
    kinds, stores = _needs(definitions)
    found = {kind: tariff.instances[kind] for kind in kinds if kind in tariff.instances}
    return found | ({"storage": tariff.storage} if stores and tariff.storage else {})


def _needs(definitions: Iterable[Json]) -> tuple[list[str], bool]:
    """The instance types that are billed, and whether storage is."""
    choices = [fleet for definition in definitions for fleet in fleets(definition)]
    kinds = dict.fromkeys(kind for fleet in choices for kind in fleet.instances)
    return list(kinds), any(fleet.storage_gb for fleet in choices)


def rates(definition: Json, tariff: Tariff) -> Rates:
    """The rates of a definition; every price has to be in the tariff."""
    found = [_rate(fleet, tariff) for fleet in fleets(definition)]
    ordered = sorted(found, key=lambda rate: rate.total)
    return Rates(ordered[0], found[0], ordered[-1])


def _rate(fleet: Fleet, tariff: Tariff) -> Rate:
    instances = sum(tariff.instances[kind].amount * count for kind, count in fleet.instances.items())
    stored = tariff.storage.amount * fleet.storage_gb / HOURS_A_MONTH if tariff.storage else 0.0
    return Rate(instances, stored)
