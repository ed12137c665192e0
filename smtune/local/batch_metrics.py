"""SageMaker's own metric store (`sagemaker-metrics`): BatchGetMetrics, by iteration or by time.

The API's model documents the shapes only. Assumed here: times are seconds since the epoch, `Start` is inclusive and
`End` exclusive, as in CloudWatch; a period's x value is its start; an unknown metric has no values.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.store import Store
from smtune.metrics import Observation

Json = dict[str, Any]
_MOST_QUERIES = 100
_SECONDS: Mapping[str, int] = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3_600}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Min": min,
    "Max": max,
    "Avg": statistics.fmean,
    "Count": lambda values: float(len(values)),
    "StdDev": statistics.pstdev,
    "Last": lambda values: values[-1],
}


class BatchMetricService:
    """BatchGetMetrics from what the training jobs printed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        if operation != "BatchGetMetrics":
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        queries = request["MetricQueries"]
        if not 1 <= len(queries) <= _MOST_QUERIES:
            message = f"MetricQueries must hold 1 to {_MOST_QUERIES} queries, not {len(queries)}"
            raise ServiceAnswerError("ValidationException", message)
        return {"MetricQueryResults": [self._result(query) for query in queries]}

    def _result(self, query: Json) -> Json:
        message = _mistake(query)
        name = query["ResourceArn"].rpartition("/")[2]
        training = None if message else self._store.training_job(name)
        if training is None:
            text = message or f"There is no training job {name}"
            return {"Status": "ValidationError", "Message": text, "XAxisValues": [], "MetricValues": []}
        observed = [item for item in self._store.observations(training.name) if item.name == query["MetricName"]]
        groups: dict[int, list[float]] = {}
        for item in observed:
            x = _place(item, query["Period"])
            if query.get("Start", -math.inf) <= x < query.get("End", math.inf) and math.isfinite(item.value):
                groups.setdefault(x, []).append(item.value)
        statistic = _STATISTICS[query["MetricStat"]]
        return {
            "Status": "Complete",
            "XAxisValues": list(groups),
            "MetricValues": [statistic(values) for values in groups.values()],
        }


def _mistake(query: Json) -> str | None:
    if query["MetricStat"] not in _STATISTICS:
        return f"MetricStat must be one of {', '.join(_STATISTICS)}, not {query['MetricStat']}"
    if (query["Period"] == "IterationNumber") != (query["XAxisType"] == "IterationNumber"):
        return f"Period {query['Period']} does not go with XAxisType {query['XAxisType']}"
    if query["Period"] not in {*_SECONDS, "IterationNumber"}:
        return f"Period must be IterationNumber, {', '.join(_SECONDS)}, not {query['Period']}"
    return None


def _place(item: Observation, period: str) -> int:
    if period == "IterationNumber":
        return item.step
    return int(item.time) // _SECONDS[period] * _SECONDS[period]
