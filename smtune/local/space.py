"""The request's ParameterRanges <-> Optuna's distributions. A reverse-log range is searched as a log range of 1 - x."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

# `Auto` leaves the scale to the service, whose choice is not published: here it is a log scale
# where the range spans two orders of magnitude or more.
_AUTO_LOG_RATIO = 100.0


@dataclass(frozen=True)
class Space:
    """A tuning job's search space."""

    ranges: Mapping[str, Any]
    """ParameterRanges, as in the request."""

    def distributions(self) -> dict[str, BaseDistribution]:
        result: dict[str, BaseDistribution] = {}
        for item in self.ranges.get("ContinuousParameterRanges", ()):
            low, high = float(item["MinValue"]), float(item["MaxValue"])
            if _is_reverse(item):
                result[item["Name"]] = FloatDistribution(1 - high, 1 - low, log=True)
            else:
                result[item["Name"]] = FloatDistribution(low, high, log=_is_log(item, low, high))
        for item in self.ranges.get("IntegerParameterRanges", ()):
            least, most = int(item["MinValue"]), int(item["MaxValue"])
            result[item["Name"]] = IntDistribution(least, most, log=_is_log(item, least, most))
        for item in self.ranges.get("CategoricalParameterRanges", ()):
            result[item["Name"]] = CategoricalDistribution(tuple(item["Values"]))
        return result

    def config(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Optuna's parameters as the service's strings."""
        reverse = self._reverse()
        return {name: str(_mirror(value, reverse.get(name))) for name, value in parameters.items()}

    def parameters(self, config: Mapping[str, str]) -> dict[str, Any]:
        """The service's strings as Optuna's parameters."""
        result: dict[str, Any] = {}
        for name, distribution in self.distributions().items():
            if isinstance(distribution, FloatDistribution):
                value = 1 - float(config[name]) if name in self._reverse() else float(config[name])
                result[name] = min(max(value, distribution.low), distribution.high)
            else:
                result[name] = int(config[name]) if isinstance(distribution, IntDistribution) else config[name]
        return result

    def _reverse(self) -> dict[str, tuple[float, float]]:
        """The reverse-log ranges with their bounds."""
        items = self.ranges.get("ContinuousParameterRanges", ())
        return {item["Name"]: (float(item["MinValue"]), float(item["MaxValue"])) for item in items if _is_reverse(item)}


def _mirror(value: Any, bounds: tuple[float, float] | None) -> Any:
    # 1 - (1 - x) is not always x: the last digit must not step over a bound.
    return value if bounds is None else min(max(1 - value, bounds[0]), bounds[1])


def _is_reverse(item: Mapping[str, Any]) -> bool:
    return item.get("ScalingType") == "ReverseLogarithmic"


def _is_log(item: Mapping[str, Any], low: float, high: float) -> bool:
    scaling = item.get("ScalingType", "Auto")
    return scaling == "Logarithmic" or (scaling == "Auto" and low > 0 and high / low >= _AUTO_LOG_RATIO)
