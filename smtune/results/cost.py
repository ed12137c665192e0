"""Training jobs -> what they have cost: billable seconds x prices, beside the estimate of their own request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from smtune.estimate import JobMinutes, Tariff, estimate
from smtune.estimate.rates import missing_prices, rates, used_prices
from smtune.request.description import normalize
from smtune.results.pull import Trials
from smtune.results.record import Record
from smtune.results.spending import JobCost, Spending
from smtune.results.table import instances_of

Json = Mapping[str, Any]


def spending(
    trials: Trials, tariff: Tariff, minutes: JobMinutes | None = None, *, now: float | None = None
) -> Spending:
    """What the training jobs have cost in the tariff's region, and what was to be expected.

    A job that runs counts up to `now` (seconds since the epoch).
    """
    moment = time.time() if now is None else now
    resources = [_resources(record) for record in trials.records]
    unknown = missing_prices(resources, tariff)
    request = normalize(trials.description).request
    return Spending(
        name=trials.name,
        status=trials.status,
        region=tariff.region,
        currency=tariff.currency,
        jobs=tuple(_job(record, own, tariff, moment) for record, own in zip(trials.records, resources, strict=True)),
        prices=used_prices(resources, tariff),
        unknown=unknown,
        estimate=estimate(request, tariff, minutes),
    )


def region_of(trials: Trials) -> str:
    return str(trials.description["HyperParameterTuningJobArn"].split(":")[3])


def _resources(record: Record) -> Json:
    """What it ran on, in a definition's form: of several instance types to choose from the one that it got."""
    given = record.job.get("ResourceConfig", {})
    groups = [
        {"InstanceGroupName": kind, "InstanceType": kind, "InstanceCount": count}
        for kind, count in instances_of(record.job).items()
    ]
    return {"ResourceConfig": {"InstanceGroups": groups, "VolumeSizeInGB": given.get("VolumeSizeInGB", 0)}}


def _job(record: Record, resources: Json, tariff: Tariff, now: float) -> JobCost:
    job = record.job
    started = job.get("TrainingStartTime")
    elapsed = max(0.0, job.get("TrainingEndTime", now) - started) if started else 0.0
    billable = job.get("BillableTimeInSeconds", elapsed)
    return JobCost(
        name=record.name,
        status=record.status,
        instances=instances_of(job),
        billable_seconds=billable,
        training_seconds=job.get("TrainingTimeInSeconds", max(billable, elapsed)),
        is_spot=bool(job.get("EnableManagedSpotTraining")),
        rate=None if missing_prices([resources], tariff) else rates(resources, tariff).likely,
    )
