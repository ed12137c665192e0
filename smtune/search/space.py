"""A request's ParameterRanges as a unit cube: a point has one coordinate in 0..1 for each tunable hyperparameter.

A whole number owns an interval as wide as its neighbours', a category too: points drawn evenly from the cube fall on
each of them equally often (on a range's own scale).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""One point a row, one hyperparameter a column."""
Scale = Literal["Linear", "Logarithmic", "ReverseLogarithmic"]
# `Auto` leaves the scale to the service, whose choice is not published: here it is a log scale where the range spans
# two orders of magnitude or more.
_AUTO_LOG_RATIO = 100.0
_FORWARD: Mapping[Scale, Callable[[Points], Points]] = {
    "Linear": lambda value: value,
    "Logarithmic": np.log,
    "ReverseLogarithmic": lambda value: -np.log1p(-value),
}
_BACK: Mapping[Scale, Callable[[Points], Points]] = {
    "Linear": lambda value: value,
    "Logarithmic": np.exp,
    "ReverseLogarithmic": lambda value: -np.expm1(-value),
}


class Axis(Protocol):
    """One tunable hyperparameter."""

    @property
    def name(self) -> str: ...

    @property
    def count(self) -> float:
        """How many values there are."""

    def coordinate(self, text: str) -> float:
        """Where the service's value `text` lies; raises ValueError for none of this range."""

    def text(self, coordinate: float) -> str:
        """The value at a coordinate, as the service writes it."""

    def snap(self, coordinates: Points) -> Points:
        """The coordinates of the values that these fall on."""

    def columns(self, coordinates: Points) -> Points:
        """What a model sees: one column for a number, one for each value of several."""

    def near(self, coordinates: Points, radius: float, rng: np.random.Generator) -> Points:
        """Others in the neighbourhood of these, not snapped."""


@dataclass(frozen=True)
class Number:
    """A continuous range, or one of whole numbers."""

    name: str
    low: float
    high: float
    scale: Scale
    is_whole: bool = False

    @property
    def count(self) -> float:
        return self.high - self.low + 1 if self.is_whole else math.inf

    def coordinate(self, text: str) -> float:
        value = float(text)
        if not self.low <= value <= self.high:
            message = f"{self.name}: {text} is not in {self.low:g}..{self.high:g}"
            raise ValueError(message)
        return float(self._up(np.array(value)))

    def text(self, coordinate: float) -> str:
        value = float(self._down(np.array(coordinate)))
        return str(round(value)) if self.is_whole else repr(value)

    def snap(self, coordinates: Points) -> Points:
        inside = np.clip(coordinates, 0.0, 1.0)
        return self._up(self._down(inside)) if self.is_whole else inside

    def columns(self, coordinates: Points) -> Points:
        return coordinates[:, None]

    def near(self, coordinates: Points, radius: float, rng: np.random.Generator) -> Points:
        moved = coordinates + rng.normal(0.0, radius, coordinates.shape)
        if not self.is_whole:
            return moved
        # The whole number next to it, where the radius does not reach that.
        beside = self._up(self._down(coordinates) + rng.choice([-1.0, 1.0], coordinates.shape))
        return np.where(np.abs(beside - coordinates) > radius, beside, moved)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        half = 0.5 if self.is_whole else 0.0
        low, high = _FORWARD[self.scale](np.array([self.low - half, self.high + half]))
        return float(low), float(high)

    def _up(self, values: Points) -> Points:
        low, high = self._ends
        return (_FORWARD[self.scale](values) - low) / (high - low)

    def _down(self, coordinates: Points) -> Points:
        low, high = self._ends
        values = _BACK[self.scale](low + coordinates * (high - low))
        # The last digit must not step over a bound.
        return np.clip(np.round(values) if self.is_whole else values, self.low, self.high)


@dataclass(frozen=True)
class Category:
    """One of several values without an order."""

    name: str
    values: tuple[str, ...]

    @property
    def count(self) -> float:
        return len(self.values)

    def coordinate(self, text: str) -> float:
        if text not in self.values:
            message = f"{self.name}: {text} is none of {', '.join(self.values)}"
            raise ValueError(message)
        return (self.values.index(text) + 0.5) / len(self.values)

    def text(self, coordinate: float) -> str:
        return self.values[int(self._index(np.array(coordinate)))]

    def snap(self, coordinates: Points) -> Points:
        return (self._index(coordinates) + 0.5) / len(self.values)

    def columns(self, coordinates: Points) -> Points:
        index = self._index(coordinates).astype(int)
        if len(self.values) <= 2:
            return np.asarray(index[:, None], dtype=float)  # equal or not: one column says it
        # Two different values are as far apart as the two ends of a number.
        return np.asarray(np.eye(len(self.values))[index] * math.sqrt(0.5))

    def near(self, coordinates: Points, radius: float, rng: np.random.Generator) -> Points:  # noqa: ARG002
        return rng.random(coordinates.shape)  # no value is nearer than another

    def _index(self, coordinates: Points) -> Points:
        return np.clip(np.floor(coordinates * len(self.values)), 0, len(self.values) - 1)


@dataclass(frozen=True)
class Space:
    """A tuning job's search space."""

    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, ranges: Mapping[str, Any]) -> Space:
        """From ParameterRanges, as in the request."""
        return cls(tuple(_axes(ranges)))

    def __len__(self) -> int:
        return len(self.axes)

    @property
    def count(self) -> float:
        """How many configurations there are; infinite with a continuous range."""
        return math.prod(axis.count for axis in self.axes)

    @cached_property
    def groups(self) -> npt.NDArray[np.int_]:
        """For each column of `columns` the number of its hyperparameter."""
        widths = [axis.columns(np.array([0.5])).shape[1] for axis in self.axes]
        return np.repeat(np.arange(len(self.axes)), widths)

    def config(self, point: Sequence[float] | Points) -> dict[str, str]:
        """The configuration at a point, as the service carries it."""
        return {axis.name: axis.text(float(place)) for axis, place in zip(self.axes, point, strict=True)}

    def point(self, config: Mapping[str, str]) -> Points:
        """Where a configuration lies; raises ValueError (KeyError) for one of another space."""
        return np.array([axis.coordinate(config[axis.name]) for axis in self.axes])

    def points(self, configs: Sequence[Mapping[str, str]]) -> Points:
        return np.array([self.point(config) for config in configs]).reshape(-1, len(self.axes))

    def snap(self, points: Points) -> Points:
        """The points of the configurations that these fall on."""
        return np.stack([axis.snap(points[:, index]) for index, axis in enumerate(self.axes)], axis=1)

    def columns(self, points: Points) -> Points:
        """What a model sees of points."""
        return np.hstack([axis.columns(points[:, index]) for index, axis in enumerate(self.axes)])


def _axes(ranges: Mapping[str, Any]) -> Iterator[Axis]:
    for item in ranges.get("ContinuousParameterRanges", ()):
        low, high = float(item["MinValue"]), float(item["MaxValue"])
        yield Number(item["Name"], low, high, _scale(item, low, high))
    for item in ranges.get("IntegerParameterRanges", ()):
        least, most = int(item["MinValue"]), int(item["MaxValue"])
        yield Number(item["Name"], least, most, _scale(item, least, most), is_whole=True)
    for item in ranges.get("CategoricalParameterRanges", ()):
        yield Category(item["Name"], tuple(item["Values"]))


def _scale(item: Mapping[str, Any], low: float, high: float) -> Scale:
    scaling: Scale | Literal["Auto"] = item.get("ScalingType", "Auto")
    if scaling == "Auto":
        return "Logarithmic" if low > 0 and high / low >= _AUTO_LOG_RATIO else "Linear"
    return scaling
