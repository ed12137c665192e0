"""CloudWatch's metrics of training jobs: namespace `/aws/sagemaker/TrainingJobs`, dimension `TrainingJobName`.

These are the metrics of the metric definitions. The service puts those of the instances (CPUUtilization and the like)
into the same namespace under the dimension `Host`; here there are none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.series import SIMPLE, Statistics, Window, check_period
from smtune.local.store import Store

NAMESPACE = "/aws/sagemaker/TrainingJobs"
DIMENSION = "TrainingJobName"
Json = dict[str, Any]
_MOST_QUERIES = 500
_MOST_POINTS = 100_800
_MOST_STATISTICS = 1_440
_METRICS_PAGE = 500


class MetricService:
    """GetMetricData, GetMetricStatistics, ListMetrics. Times in requests are seconds since the epoch."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "GetMetricData": self._data,
            "GetMetricStatistics": self._statistics,
            "ListMetrics": self._list,
        }

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        return handler(request)

    def _data(self, request: Json) -> Json:
        """Points of all queries one after the other; pages hold `MaxDatapoints` of them."""
        queries = [item for item in _checked(request["MetricDataQueries"]) if item.get("ReturnData", True)]
        most = min(request.get("MaxDatapoints", _MOST_POINTS), _MOST_POINTS)
        skip, left = _offset(request), most
        results, ended = [], True
        for item in queries:
            points = self._query(item, request)
            page = points[skip : skip + left]
            complete = skip + left >= len(points)
            skip, left = max(0, skip - len(points)), left - len(page)
            ended = ended and complete
            results.append(_result(item, page, complete=complete))
        answer: Json = {"MetricDataResults": results, "Messages": []}
        return answer if ended else {**answer, "NextToken": str(_offset(request) + most)}

    def _query(self, item: Json, request: Json) -> list[tuple[int, float]]:
        stat = item["MetricStat"]
        window = Window(request["StartTime"], request["EndTime"], stat["Period"])
        found = [(start, kept.value(stat["Stat"])) for start, kept in self._points(stat["Metric"], window).items()]
        return found if request.get("ScanBy") == "TimestampAscending" else found[::-1]

    def _statistics(self, request: Json) -> Json:
        period = request["Period"]
        check_period(period)
        window = Window(request["StartTime"], request["EndTime"], period)
        wanted = request.get("Statistics", ())
        _check_statistics(wanted, window)
        points = self._points(request, window)
        # The service gives no order; this one is none that a caller could take for one.
        starts = sorted(points, key=lambda start: (start // period * 2_654_435_761) % 2**32)
        return {
            "Label": request["MetricName"],
            "Datapoints": [
                {"Timestamp": start, **{name: points[start].value(name) for name in wanted}, "Unit": "None"}
                for start in starts
            ],
        }

    def _list(self, request: Json) -> Json:
        names = self._store.metric_names() if request.get("Namespace", NAMESPACE) == NAMESPACE else []
        metrics = [
            {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": [{"Name": DIMENSION, "Value": job}]}
            for job, name in names
            if request.get("MetricName", name) == name
            and all(
                item["Name"] == DIMENSION and item.get("Value", job) == job for item in request.get("Dimensions", ())
            )
        ]
        start = _offset(request)
        end = start + _METRICS_PAGE
        return {"Metrics": metrics[start:end], **({"NextToken": str(end)} if end < len(metrics) else {})}

    def _points(self, metric: Json, window: Window) -> dict[int, Statistics]:
        """CloudWatch has data for exactly the dimensions that it was published with."""
        dimensions = {item["Name"]: item["Value"] for item in metric.get("Dimensions", ())}
        if metric.get("Namespace") != NAMESPACE or set(dimensions) != {DIMENSION}:
            return {}
        if metric.get("Unit", "None") != "None":
            return {}
        observed = self._store.observations(dimensions[DIMENSION])
        return window.points((item for item in observed if item.name == metric["MetricName"]), self._now())


def _checked(queries: list[Json]) -> list[Json]:
    if len(queries) > _MOST_QUERIES:
        message = f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        raise ServiceAnswerError("ValidationError", message)
    names = [item["Id"] for item in queries]
    if len(set(names)) < len(names):
        raise ServiceAnswerError("ValidationError", "The values for parameter id in MetricDataQueries are not unique.")
    for item in queries:
        if not (item["Id"][:1].islower() and item["Id"].replace("_", "a").isalnum() and item["Id"].isascii()):
            message = f"The value {item['Id']!r} for parameter id begins with no lower-case letter, or holds more."
            raise ServiceAnswerError("ValidationError", message)
        if "MetricStat" not in item:
            raise ServiceAnswerError("ValidationError", "The local engine has no metric math: ask with MetricStat.")
        check_period(item["MetricStat"]["Period"])
        if item["MetricStat"]["Stat"] not in SIMPLE:
            message = f"The local engine knows the statistics {', '.join(SIMPLE)}, not {item['MetricStat']['Stat']}"
            raise ServiceAnswerError("ValidationError", message)
    return queries


def _check_statistics(wanted: Any, window: Window) -> None:
    if not wanted:
        message = "The parameter Statistics is required: the local engine has no ExtendedStatistics."
        raise ServiceAnswerError("MissingParameter", message)
    if window.start >= window.end:
        message = "The parameter StartTime must be less than the parameter EndTime."
        raise ServiceAnswerError("InvalidParameterValue", message)
    points = int((window.end - window.start) // window.period)
    if points > _MOST_STATISTICS:
        message = (
            f"You have requested up to {points:,} datapoints, which exceeds the limit of {_MOST_STATISTICS:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
        raise ServiceAnswerError("InvalidParameterCombination", message)


def _result(query: Json, points: list[tuple[int, float]], *, complete: bool) -> Json:
    return {
        "Id": query["Id"],
        "Label": query.get("Label", query["MetricStat"]["Metric"]["MetricName"]),
        "Timestamps": [start for start, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if complete else "PartialData",
    }


def _offset(request: Json) -> int:
    token = request.get("NextToken", "0")
    if not token.isdecimal():
        raise ServiceAnswerError("InvalidNextToken", "The next token specified is invalid.")
    return int(token)
