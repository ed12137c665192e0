"""Tuning jobs on a played service that a report has much to tell of: curves, failures, categories, hostile names."""

from __future__ import annotations

import math
from typing import Any

from fake_tuning import FakeTuning

METRIC = "validation:error"
HOSTILE = '</style></svg><script>alert("1")</script><img src=x onerror=alert(1)>'
SECRET = "sup3r-s3cret-value-of-nobody"  # noqa: S105  it opens nothing


def told_job(name: str = "tune", jobs: int = 11, **fields: Any) -> FakeTuning:
    """Every fifth training job fails; the others print 20 values of two errors."""
    ranges = {
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.001", "MaxValue": "1", "ScalingType": "Logarithmic"}
        ],
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", '"dart"']}],
    }
    service = FakeTuning(name=name, **({"ranges": ranges, "metrics": (METRIC, "train:error")} | fields))
    for number in range(1, jobs + 1):
        add(service, number)
    return service


def add(service: FakeTuning, number: int, reason: str = "AlgorithmError: KeyError: 'label', exit code: 1") -> str:
    """A training job whose errors fall from step to step; the ones in the middle of the range are the best."""
    if number % 5 == 0:
        return service.add(number, "Failed", FailureReason=reason, tuned=_tuned(number))
    last = round(0.05 + 0.01 * abs(number % 12 - 6), 4)
    finals = [{"MetricName": name, "Value": last / share} for share, name in enumerate(service.metrics, start=1)]
    name = service.add(number, tuned=_tuned(number), FinalMetricDataList=finals)
    start = service.created + 60 * number + 5
    for share, metric in enumerate(service.metrics, start=1):
        curve = [(start + 60 * step, (last + 0.2 * math.exp(-step / 3)) / share) for step in range(20)]
        service.points[name, metric] = curve
    return name


def _tuned(number: int) -> dict[str, str]:
    booster = '"dart"' if number % 3 else "gbtree"
    return {"eta": f"{10 ** (-3 + (number % 12) / 4):.4g}", "depth": str(1 + number % 9), "booster": booster}
