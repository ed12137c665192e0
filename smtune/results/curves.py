"""Learning curves of a whole tuning job, on one clock: `curves(session, job) -> DataFrame`."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, get_args

import boto3
import numpy as np

from smtune.errors import ServiceError, SpecError, UsageError
from smtune.history.budget import PASSES
from smtune.results.cache import StoredCurve
from smtune.results.calls import Calls
from smtune.results.cloudwatch import Query, period_for, read_cloudwatch
from smtune.results.log_curves import scrape_logs
from smtune.results.pull import Trials, cache_of, pull
from smtune.results.record import Record
from smtune.results.series import AllSeries, Key, Series

if TYPE_CHECKING:
    import pandas as pd

From = Literal["auto", "cloudwatch", "logs"]
_HOUR = 3_600
_SETTLED_SECONDS = 900
"""After a job's end its last points still come in."""


def curves(
    session: boto3.Session,
    tuning_job: str,
    metrics: Collection[str] | None = None,
    jobs: Collection[str] | None = None,
    source: From = "auto",
    *,
    calls: Calls | None = None,
) -> pd.DataFrame:
    """Every point of every metric (or those of `metrics`) of all training jobs (or of `jobs`).

    Columns: training_job, metric, step (from 0), time (UTC), seconds (since the start of the training job, the same
    clock for all of its metrics), value, source. CloudWatch has an average for each minute, and its time is the
    beginning of that minute, so the first may be below 0; the logs have every value. `auto` reads the logs of jobs
    that may have printed more than CloudWatch shows, and takes them unless they have less. Curves of training jobs
    that are over are kept on disk. Raises UsageError for a metric or a training job that is not there.
    """
    if source not in get_args(From):
        message = f"{source!r} is no source of curves: auto, cloudwatch or logs"
        raise UsageError(message)
    calls = calls or Calls(session)
    trials = pull(session, tuning_job, calls=calls)
    records = _chosen(trials, jobs)
    wanted = _wanted(records, metrics)
    cache = cache_of(calls, trials.description)
    kept = {(item.training_job, item.metric): item for item in cache.load_curves(source)}
    missing = [record for record in records if any((record.name, metric) not in kept for metric in wanted[record.name])]
    found = _read(calls, trials, missing, source)
    over = {record.name for record in records if _is_settled(record)}
    cache.store_curves(_stored(key, series, source) for key, series in found.items() if key[0] in over)
    everything = {key: _restored(item) for key, item in kept.items()} | dict(found)
    return _tabulate(records, wanted, everything)


def _chosen(trials: Trials, jobs: Collection[str] | None) -> list[Record]:
    names = {record.name for record in trials.records}
    strange = sorted(set(jobs or ()) - names)
    if strange:
        message = f"{trials.name} has no training job {strange[0]}; see: smtune results {trials.name}"
        raise UsageError(message)
    return [record for record in trials.records if jobs is None or record.name in jobs]


def _wanted(records: Sequence[Record], metrics: Collection[str] | None) -> dict[str, set[str]]:
    """Training job -> its metrics."""
    own = {record.name: set(record.metric_names) for record in records}
    everything = set().union(*own.values())
    strange = sorted(set(metrics or ()) - everything)
    if strange and records:
        message = f"there is no metric {strange[0]}: there are {', '.join(sorted(everything)) or 'none'}"
        raise UsageError(message)
    return {name: found if metrics is None else found & set(metrics) for name, found in own.items()}


def _is_settled(record: Record) -> bool:
    return record.is_over and time.time() - record.job.get("TrainingEndTime", record.modified) > _SETTLED_SECONDS


def _read(calls: Calls, trials: Trials, records: Sequence[Record], source: From) -> AllSeries:
    def logs(some: Sequence[Record]) -> AllSeries:
        return scrape_logs(calls, trials.name, some, of=len(trials.records))

    if source == "logs":
        return logs(records)
    queries = _queries(records)
    if source == "cloudwatch":
        return read_cloudwatch(calls, queries)
    try:
        shown = read_cloudwatch(calls, queries)
    except ServiceError:
        return logs(records)
    doubtful = [record for record in records if _may_have_more(record, shown)]
    try:
        printed = logs(doubtful)
    except (ServiceError, SpecError):
        return shown  # what CloudWatch has is less, not wrong
    return _fuller(doubtful, shown, printed)


def _queries(records: Iterable[Record]) -> list[Query]:
    now = time.time()
    queries = []
    for record in records:
        start = record.job.get("TrainingStartTime")
        if start:
            period = period_for(start, now) or _HOUR  # CloudWatch has none of it any more, but an archive may
            end = max(start, record.job.get("TrainingEndTime", now))  # this machine's clock may be behind
            queries += [Query(record.name, name, start, end, period) for name in record.metric_names]
    return queries


def _may_have_more(record: Record, shown: AllSeries) -> bool:
    """Whether the log may hold more values: where there is a point in each period, each may be an average of many."""
    start = record.job.get("TrainingStartTime")
    if not start:
        return False
    period = period_for(start, time.time())
    own = [shown.get((record.name, name)) for name in record.metric_names]
    longest = max((series for series in own if series is not None), key=len, default=None)
    if longest is None or len(longest) < 2 or period != 60:
        return bool(own)
    return bool(np.diff(longest.times).min() <= period) or len(longest) < _passes(record)


def _passes(record: Record) -> int:
    """How often the job prints its metrics, as far as a hyperparameter says."""
    values = [text.strip('"') for name, text in record.hyperparameters.items() if name.lower() in PASSES]
    return max((int(text) for text in values if text.isdecimal()), default=0)


def _fuller(records: Iterable[Record], shown: AllSeries, printed: AllSeries) -> AllSeries:
    """For each job all metrics from one place, so that they lie on one grid: from the log, unless it has less."""
    result = dict(shown)
    for record in records:
        keys = [(record.name, name) for name in record.metric_names]
        if _count(keys, printed) >= _count(keys, shown):
            result |= {key: printed[key] for key in keys if key in printed}
    return result


def _count(keys: Iterable[Key], series: AllSeries) -> int:
    return sum(len(series[key]) for key in keys if key in series)


def _stored(key: Key, series: Series, asked: str) -> StoredCurve:
    return StoredCurve(key[0], asked, key[1], series.source, series.times.tobytes(), series.values.tobytes())


def _restored(item: StoredCurve) -> Series:
    source: Literal["cloudwatch", "logs"] = "logs" if item.source == "logs" else "cloudwatch"
    return Series(source, np.frombuffer(item.times), np.frombuffer(item.points))


def _tabulate(records: Sequence[Record], wanted: Mapping[str, set[str]], found: AllSeries) -> pd.DataFrame:
    import pandas as pd  # half a second: only who wants a table waits for it

    chosen = [
        (record, name, series)
        for record in records
        for name in record.metric_names
        if name in wanted[record.name] and (series := found.get((record.name, name)))
    ]
    lengths = [len(series) for _, _, series in chosen]
    starts = [record.job.get("TrainingStartTime", record.job["CreationTime"]) for record, _, _ in chosen]
    times = np.concatenate([np.empty(0), *(series.times for _, _, series in chosen)])
    seconds = np.round(times - np.repeat(np.array(starts, dtype=np.float64), lengths), 3)
    return pd.DataFrame(
        {
            "training_job": pd.Series(_repeated([record.name for record, _, _ in chosen], lengths), dtype="str"),
            "metric": pd.Series(_repeated([metric for _, metric, _ in chosen], lengths), dtype="str"),
            "step": np.concatenate([np.empty(0, np.int64), *(np.arange(length) for length in lengths)]),
            "time": pd.to_datetime(np.round(times * 1000).astype(np.int64), unit="ms", utc=True),
            "seconds": seconds,
            "value": np.concatenate([np.empty(0), *(series.values for _, _, series in chosen)]),
            "source": pd.Series(_repeated([series.source for _, _, series in chosen], lengths), dtype="str"),
        }
    )


def _repeated(texts: Sequence[str], lengths: Sequence[int]) -> list[str]:
    return [text for text, length in zip(texts, lengths, strict=True) for _ in range(length)]
