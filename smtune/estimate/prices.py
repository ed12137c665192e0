"""Prices of training instances by region, each with its source and date: the shipped table, or a file of your own."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.errors import Problem, SpecError, dotted, shown
from smtune.spec.yaml import MAX_CHARACTERS, Document, parse_yaml
from smtune.spec.yaml import Path as Keys

SHIPPED = Path(__file__).with_name("prices.yaml")
_FIX = "the form of a prices file: docs/plan.md"


@dataclass(frozen=True)
class Source:
    """Where prices come from, and when they were read there."""

    date: str
    """ISO 8601."""
    what: str


@dataclass(frozen=True)
class Price:
    """Of an instance for an hour, or of a GB of storage for a month."""

    amount: float
    source: Source


@dataclass(frozen=True)
class Tariff:
    """The prices of one region; what is not in it is unknown."""

    region: str
    currency: str
    instances: Mapping[str, Price]
    """On demand, by instance type."""
    storage: Price | None = None


@dataclass(frozen=True)
class PriceTable:
    """Prices of several regions."""

    currency: str
    regions: Mapping[str, Tariff]

    def tariff(self, region: str) -> Tariff:
        """The prices of `region`; an empty tariff for one that the table does not have."""
        return self.regions.get(region) or Tariff(region, self.currency, {})


def load_prices(path: Path = SHIPPED) -> PriceTable:
    """Read a table of prices (YAML or JSON); raises SpecError with every problem: file, line, column and fix."""
    return _shipped() if path == SHIPPED else _read(path)


@functools.cache
def _shipped() -> PriceTable:
    return _read(SHIPPED)


def _read(path: Path) -> PriceTable:
    document = _parse(path)
    problems = [
        Problem(*document.place(keys), dotted(keys), message, _FIX) for keys, message in _mistakes(document.data)
    ]
    if problems:
        raise SpecError(tuple(sorted(problems)), source=str(path))
    data: Mapping[str, Any] = document.data
    sources = {name: Source(item["date"], item["what"]) for name, item in data["sources"].items()}
    currency = str(data["currency"])
    regions = {name: _tariff(name, currency, item, sources) for name, item in data["regions"].items()}
    return PriceTable(currency, regions)


def _tariff(region: str, currency: str, item: Mapping[str, Any], sources: Mapping[str, Source]) -> Tariff:
    def price(value: Any) -> Price:
        own = value if isinstance(value, Mapping) else {"price": value, "source": item["source"]}
        return Price(float(own["price"]), sources[own.get("source", item["source"])])

    storage = price(item["storage"]) if "storage" in item else None
    return Tariff(region, currency, {name: price(value) for name, value in item["instances"].items()}, storage)


def _parse(path: Path) -> Document:
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SpecError((Problem(0, 0, "", f"cannot read the prices: {cause}", _FIX),), source=str(path)) from None
    return parse_yaml(text, source=str(path))


def _mistakes(data: Any) -> Iterator[tuple[Keys, str]]:
    if not isinstance(data, dict):
        yield (), "a prices file is a mapping of keys to values"
        return
    yield from _keys(data, (), required=("currency", "sources", "regions"))
    currency = data.get("currency", "USD")
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isupper()):
        yield ("currency",), f"{shown(currency)} is not a currency, as in USD"
    sources = data.get("sources", {})
    yield from _mappings(sources, ("sources",))
    for name, item in _items(sources):
        yield from _source_mistakes(item, ("sources", name))
    yield from _mappings(data.get("regions", {}), ("regions",))
    for name, item in _items(data.get("regions", {})):
        yield from _region_mistakes(item, ("regions", name), set(sources) if isinstance(sources, dict) else set())


def _source_mistakes(item: Mapping[str, Any], keys: Keys) -> Iterator[tuple[Keys, str]]:
    yield from _keys(item, keys, required=("date", "what"))
    if "what" in item and not (isinstance(item["what"], str) and item["what"]):
        yield (*keys, "what"), f"{shown(item['what'])} does not say where the prices come from"
    if "date" in item and not _is_date(item["date"]):
        yield (*keys, "date"), f"{shown(item['date'])} is not a date, as in 2026-09-27"


def _region_mistakes(item: Mapping[str, Any], keys: Keys, sources: set[str]) -> Iterator[tuple[Keys, str]]:
    yield from _keys(item, keys, required=("source", "instances"), optional=("storage",))
    yield from _unknown_source(item, keys, sources)
    prices = {(*keys, "storage"): item["storage"]} if "storage" in item else {}
    instances = item.get("instances", {})
    if isinstance(instances, dict):
        prices |= {(*keys, "instances", name): value for name, value in instances.items()}
    else:
        yield (*keys, "instances"), "not a mapping of instance types to prices"
    for place, value in prices.items():
        yield from _price_mistakes(value, place, sources)


def _price_mistakes(value: Any, keys: Keys, sources: set[str]) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, dict):
        yield from _keys(value, keys, required=("price",), optional=("source",))
        yield from _unknown_source(value, keys, sources)
        value = value.get("price", 1)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value <= 0:
        yield keys, f"{shown(value)} is not a price: a number above 0"


def _unknown_source(item: Mapping[str, Any], keys: Keys, sources: set[str]) -> Iterator[tuple[Keys, str]]:
    if "source" in item and (not isinstance(item["source"], str) or item["source"] not in sources):
        yield (*keys, "source"), f"there is no source {shown(item['source'])}"


def _keys(
    item: Mapping[str, Any], keys: Keys, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[Keys, str]]:
    for name in required:
        if name not in item:
            yield keys, f"{name} is missing"
    for name in item:
        if name not in required + optional:
            yield (*keys, name), "unknown key"


def _mappings(items: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """What is no mapping where one is needed; `_items` leaves it out."""
    if not isinstance(items, dict):
        yield keys, "not a mapping of names"
    else:
        yield from (((*keys, name), "not a mapping") for name, item in items.items() if not isinstance(item, dict))


def _items(items: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(k, v) for k, v in items.items() if isinstance(v, dict)] if isinstance(items, dict) else []


def _is_date(value: Any) -> bool:
    try:
        dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
