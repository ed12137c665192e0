"""Learning curves from CloudWatch: GetMetricData, 500 series a call, with the period that is still kept.

CloudWatch keeps an average for each minute for 15 days, for each 5 minutes for 63, for each hour for 455. The service's
BatchGetMetrics has the same averages, but only 100 series a call; or values by iteration, without their times.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.errors import ServiceError
from smtune.results.calls import Calls, side_by_side
from smtune.results.record import seconds_of
from smtune.results.series import AllSeries, Key, Series

Json = dict[str, Any]
NAMESPACE = "/aws/sagemaker/TrainingJobs"
_QUERIES = 500
_POINTS = 100_800
_DAY = 86_400
_MARGIN = 3_600
_KEPT = ((15 * _DAY, 60), (63 * _DAY, 300), (455 * _DAY, 3_600))
_AT_ONCE = 4


@dataclass(frozen=True)
class Query:
    """One metric of one training job, and when it ran: seconds since the epoch."""

    training_job: str
    metric: str
    start: float
    end: float
    period: int

    @property
    def points(self) -> int:
        """The most that there can be."""
        return math.ceil((self.end - self.start) / self.period) + 2


def period_for(start: float, now: float) -> int | None:
    """Seconds between the points that CloudWatch still has of a job that started at `start`; None: it has none."""
    age = now - start + _MARGIN
    return next((period for limit, period in _KEPT if age < limit), None)


def read_cloudwatch(calls: Calls, queries: Iterable[Query]) -> AllSeries:
    """The series that CloudWatch has, empty ones included; raises ServiceError."""
    calls.read_plainly("cloudwatch", "get_metric_data")
    answers = side_by_side(lambda batch: _read(calls, batch), list(_batches(queries)), _AT_ONCE)
    return {key: series for answer in answers for key, series in answer.items()}


def _batches(queries: Iterable[Query]) -> Iterator[list[Query]]:
    """As many queries together as one answer can hold; each batch of one period."""
    batch: list[Query] = []
    points = 0
    for query in sorted(queries, key=lambda query: (query.period, query.start)):
        is_full = len(batch) == _QUERIES or points + query.points > _POINTS
        if batch and (is_full or query.period != batch[0].period):
            yield batch
            batch, points = [], 0
        batch.append(query)
        points += query.points
    if batch:
        yield batch


def _read(calls: Calls, batch: Sequence[Query]) -> dict[Key, Series]:
    period = batch[0].period
    pages = calls.pages(
        "cloudwatch",
        "get_metric_data",
        StartTime=_time(min(query.start for query in batch) // period * period),
        EndTime=_time(max(query.end for query in batch) + period),
        ScanBy="TimestampAscending",
        MetricDataQueries=[_query(number, query) for number, query in enumerate(batch)],
    )
    times: dict[int, list[float]] = defaultdict(list)
    values: dict[int, list[float]] = defaultdict(list)
    for page in pages:
        for item in page.get("MetricDataResults") or ():
            if item.get("StatusCode") in {"InternalError", "Forbidden"}:
                raise ServiceError(item["StatusCode"], f"CloudWatch did not give {item.get('Label', item['Id'])}")
            number = int(item["Id"][1:])
            times[number] += map(seconds_of, item.get("Timestamps") or ())
            values[number] += item.get("Values") or ()
    return {
        (query.training_job, query.metric): Series.of("cloudwatch", times[number], values[number])
        for number, query in enumerate(batch)
    }


def _query(number: int, query: Query) -> Json:
    dimensions = [{"Name": "TrainingJobName", "Value": query.training_job}]
    metric = {"Namespace": NAMESPACE, "MetricName": query.metric, "Dimensions": dimensions}
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": query.period, "Stat": "Average"}}


def _time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
