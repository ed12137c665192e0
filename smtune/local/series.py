"""A training job's metric as CloudWatch keeps it: statistics a minute, put together to the period asked for.

Observations carry their own times; CloudWatch keeps one statistic set a minute of a standard-resolution metric, for 15
days; 63 days as 5 minutes; 455 days as an hour (documentation of GetMetricStatistics).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from smtune.local.answers import ServiceAnswerError
from smtune.metrics import Observation

_DAY = 86_400
_SHORT_PERIODS = (1, 5, 10, 20, 30)
# Age of the start in seconds -> the periods that have data, and what CloudWatch rounds the start down to.
_KEPT = ((15 * _DAY, 60), (63 * _DAY, 300), (math.inf, 3_600))
_RETENTION = 455 * _DAY


@dataclass(frozen=True)
class Statistics:
    """What is kept of some values."""

    count: int
    total: float
    low: float
    high: float

    def value(self, statistic: str) -> float:
        """One of CloudWatch's five simple statistics."""
        values = {
            "Average": self.total / self.count,
            "Sum": self.total,
            "Minimum": self.low,
            "Maximum": self.high,
            "SampleCount": float(self.count),
        }
        return values[statistic]


SIMPLE = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")


@dataclass(frozen=True)
class Window:
    """What is asked for: start (inclusive) and end (exclusive) in seconds since the epoch, period in seconds."""

    start: float
    end: float
    period: int

    def points(self, observations: Iterable[Observation], now: float) -> dict[int, Statistics]:
        """Start of each period with data -> its statistics, oldest first."""
        step = next(size for age, size in _KEPT if now - self.start < age)
        if self.period >= 60 and self.period % step:
            return {}  # data of that age is no longer kept so finely
        divisor = self.period if self.period in _SHORT_PERIODS else step
        first = max(math.floor(self.start / divisor) * divisor, now - _RETENTION)
        groups: dict[int, list[float]] = {}
        for item in observations:
            minute = math.floor(item.time / 60) * 60
            if first <= minute < self.end and math.isfinite(item.value):
                groups.setdefault(minute // self.period * self.period, []).append(item.value)
        return {
            start: Statistics(len(values), math.fsum(values), min(values), max(values))
            for start, values in sorted(groups.items())
        }


def check_period(period: int) -> None:
    """Raise ServiceAnswerError for a period that CloudWatch has not."""
    if period not in _SHORT_PERIODS and (period < 60 or period % 60):
        message = f"The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not {period}."
        raise ServiceAnswerError("InvalidParameterValue", message)
