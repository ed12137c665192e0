"""Several tuning jobs beside each other: what their requests ask for differently, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.compare import Difference, differences
from smtune.definitions import definitions
from smtune.estimate import PriceTable
from smtune.request.description import normalize
from smtune.results.cost import region_of, spending
from smtune.results.pull import Trials
from smtune.results.trials import Best, best_by

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """One tuning job's outcome."""

    name: str
    status: str
    metric: str
    is_maximized: bool
    jobs: int
    completed: int
    seconds: float | None
    """Of the whole tuning job; None while it runs."""
    billable_seconds: float
    cost: float | None
    """None where a price is missing."""
    currency: str
    best: Best | None


@dataclass(frozen=True)
class Comparison:
    """The first tuning job, and the others beside it."""

    sides: tuple[Side, ...]
    differences: Mapping[str, tuple[Difference, ...]]
    """Tuning job -> what its request has otherwise than the first one's."""
    caveats: tuple[str, ...]
    """Why the objectives cannot be compared; empty where they can."""

    @property
    def winner(self) -> Side | None:
        """The best objective's; None where they cannot be compared, or none has one."""
        ended = [side for side in self.sides if side.best is not None]
        if self.caveats or not ended:
            return None
        sign = -1.0 if self.sides[0].is_maximized else 1.0
        return min(ended, key=lambda side: sign * side.best.objective if side.best else 0.0)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "schema_version": 1,
            "comparable": not self.caveats,
            "caveats": list(self.caveats),
            "best": self.winner.name if self.winner else None,
            "tuning_jobs": [_side_dict(side) for side in self.sides],
            "differences": {name: [item.to_dict() for item in found] for name, found in self.differences.items()},
        }


def side_by_side(trials: Sequence[Trials], prices: PriceTable) -> Comparison:
    """Two tuning jobs or more, in the order given."""
    requests = [normalize(item.description).request for item in trials]
    found = {
        item.name: differences(requests[0], request) for item, request in zip(trials[1:], requests[1:], strict=True)
    }
    caveats = tuple(_caveats(trials, requests))
    return Comparison(tuple(_side(item, prices) for item in trials), found, caveats)


def _side(trials: Trials, prices: PriceTable) -> Side:
    spent = spending(trials, prices.tariff(region_of(trials)))
    metric, is_maximized = trials.objective
    ended = trials.description.get("HyperParameterTuningEndTime")
    known = any(metric in record.metrics for record in trials.records)
    return Side(
        name=trials.name,
        status=trials.status,
        metric=metric,
        is_maximized=is_maximized,
        jobs=len(trials.records),
        completed=sum(record.status == "Completed" for record in trials.records),
        seconds=round(ended - trials.description["CreationTime"], 3) if ended else None,
        billable_seconds=spent.billable_seconds,
        cost=spent.money,
        currency=spent.currency,
        best=best_by(trials, metric, is_maximized=is_maximized) if known else None,
    )


def _caveats(trials: Sequence[Trials], requests: Sequence[Json]) -> Iterator[str]:
    goals = [sorted({(item.metric, item.is_maximized) for item in each.algorithms}) for each in trials]
    data = [_data(request) for request in requests]
    first = trials[0].name
    for item, goal, places in zip(trials[1:], goals[1:], data[1:], strict=True):
        if goal != goals[0]:
            yield f"{item.name} has another objective: {_in_words(goal)}, {first} has {_in_words(goals[0])}"
        changed = [name for name in {**data[0], **places} if data[0].get(name) != places.get(name)]
        if changed:
            yield f"{item.name} has its data from another place than {first}: channel {', '.join(changed)}"
    for item, goal in zip(trials, goals, strict=True):
        if len(goal) > 1:
            yield f"{item.name} has several objectives: {_in_words(goal)}"


def _in_words(goal: list[tuple[str, bool]]) -> str:
    return ", ".join(f"{metric} {'maximized' if is_maximized else 'minimized'}" for metric, is_maximized in goal)


def _data(request: Json) -> dict[str, str]:
    """Channel -> where its data is."""
    channels = [item for each in definitions(request) for item in each.get("InputDataConfig", ())]
    return {item["ChannelName"]: str(item.get("DataSource")) for item in channels}


def _side_dict(side: Side) -> dict[str, Any]:
    best = side.best
    return {
        "name": side.name,
        "status": side.status,
        "objective": {"metric": side.metric, "type": "Maximize" if side.is_maximized else "Minimize"},
        "training_jobs": side.jobs,
        "completed": side.completed,
        "seconds": side.seconds,
        "billable_seconds": side.billable_seconds,
        "cost": None if side.cost is None else round(side.cost, 6),
        "currency": side.currency,
        "best": best
        and {
            "training_job_name": best.name,
            "objective": best.objective,
            "hyperparameters": dict(best.hyperparameters),
            "metrics": dict(best.metrics),
        },
    }
