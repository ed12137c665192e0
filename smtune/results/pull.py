"""Everything that a tuning job has found, pulled once: `pull(session, job) -> Trials`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from smtune.errors import UsageError
from smtune.results.cache import Cache, Known
from smtune.results.calls import Calls
from smtune.results.fetch import Records, describe, fetch, is_complete, is_over
from smtune.results.record import Record
from smtune.results.space import Algorithm, algorithms
from smtune.results.table import tabulate

if TYPE_CHECKING:
    import pandas as pd

Json = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Trials:
    """All training jobs of a tuning job as they were at one moment."""

    description: Json
    """DescribeHyperParameterTuningJob's answer as JSON: times in seconds since the epoch, secrets hidden."""
    records: tuple[Record, ...] = field(repr=False)
    """The training jobs as the service tells of them, in the order they were created."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row for each training job, in the same order; made when it is first wanted, since pandas is slow to load.

        Columns: name, status, objective, objective_status, created, started, ended (UTC), seconds, failure_reason,
        definition (the algorithm, of several), secondary_status, billable_seconds, instance_type, instances, volume_gb,
        spot, artifact (S3 URI); `hp.NAME` for each tuned hyperparameter, typed as its range: Int64, Float64 or string;
        `metric.NAME` for each metric's final value.
        """
        return tabulate(self.description, self.records)

    @property
    def name(self) -> str:
        return str(self.description["HyperParameterTuningJobName"])

    @property
    def status(self) -> str:
        return str(self.description["HyperParameterTuningJobStatus"])

    @property
    def algorithms(self) -> tuple[Algorithm, ...]:
        """One for each training job definition."""
        return algorithms(self.description)

    @property
    def objective(self) -> tuple[str, bool]:
        """The objective metric, and whether it is maximized; of several algorithms the first one's."""
        first = self.algorithms[0]
        return first.metric, first.is_maximized

    @property
    def ranked(self) -> pd.DataFrame:
        """`frame` with the best objective first; of equals the one that was created first, as for the service.

        What failed stands last, whatever it had printed before.
        """
        is_maximized = self.objective[1]
        objective = self.frame["objective"].mask(self.frame["status"] == "Failed")
        order = objective.sort_values(ascending=not is_maximized, na_position="last", kind="stable")
        return self.frame.loc[order.index]


def pull(session: boto3.Session, tuning_job: str, *, cached: bool = False, calls: Calls | None = None) -> Trials:
    """All training jobs of a tuning job with their final metrics.

    One call for the tuning job and one for each 100 training jobs; where the service refuses Search, or it does not
    have them all yet, one more for each 100 and one for each that is missing. What is over is kept on disk and not
    asked for again: a tuning job that has ended costs one call from then on, and none with `cached`, which answers
    from disk only. Raises ServiceError when there is no such job, UsageError when `cached` finds nothing.
    """
    calls = calls or Calls(session)
    if cached:
        _, known = _on_disk(calls, tuning_job)
        return _trials(known.description, dict(known.records))
    description = describe(calls, tuning_job)
    cache = cache_of(calls, description)
    old = cache.load()
    if old is not None and old.description["CreationTime"] != description["CreationTime"]:
        old = None  # an earlier job of this name
    if old is not None and old.is_whole and is_over(description):
        return _trials(description, dict(old.records))
    records = dict(old.records) if old else {}
    try:
        records = fetch(calls, description, records)
    finally:
        # Also of what was cut off in between, as by credentials that expired.
        cache.store(description, records, is_whole=is_over(description) and is_complete(description, records))
    return _trials(description, records)


def cache_of(calls: Calls, description: Json) -> Cache:
    """Where what is known of a tuning job is kept."""
    return Cache.of(_service(calls), description["HyperParameterTuningJobArn"])


def _service(calls: Calls) -> str:
    """Who answers: an endpoint, and of the local engine, which takes AWS's, the home that its jobs are in."""
    settings = getattr(calls.session, "settings", None)
    home = f" {settings.home}" if settings is not None else ""
    return f"{calls.client('sagemaker').meta.endpoint_url}{home}"


def _on_disk(calls: Calls, tuning_job: str) -> tuple[Cache, Known]:
    meta = calls.client("sagemaker").meta
    found = [(cache, cache.load()) for cache in Cache.named(_service(calls), meta.region_name, tuning_job)]
    usable = [(cache, known) for cache, known in found if known is not None]
    if len(usable) == 1:
        return usable[0]
    if not usable:
        message = f"nothing of {tuning_job} is kept on this machine (region {meta.region_name}): ask without --cached"
    else:
        accounts = ", ".join(cache.file.parent.name for cache, _ in usable)
        message = f"{tuning_job} is kept for several accounts ({accounts}): ask without --cached"
    raise UsageError(message)


def _trials(description: Json, records: Records) -> Trials:
    ordered = sorted(records.values(), key=lambda record: (record.job["CreationTime"], record.name))
    return Trials(description, tuple(ordered))
