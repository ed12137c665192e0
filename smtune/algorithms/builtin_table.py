"""SageMaker's built-in algorithms as data: hyperparameters, objective metrics, channels.

One JSON file an algorithm, in `tables`, after the pages of the Amazon SageMaker developer guide that its `source`
names. XGBoost's comes from `xgboost_table`, which is the training container's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal

from smtune.algorithms import xgboost_table

Kind = Literal["integer", "continuous", "categorical", "boolean", "text"]
Direction = Literal["Maximize", "Minimize"]

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_XGBOOST = "xgboost"


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter, as documented."""

    name: str
    kind: Kind
    legal: str = ""
    """The interval of a number, as in `[1, inf)`; empty where the documents name none."""
    choices: tuple[str, ...] = ()
    """The values of a categorical one; for the other kinds, what is taken as well, such as `auto`."""
    required: bool = False
    required_when: tuple[str, str] | None = None
    """Required where that other hyperparameter has that value; any value at all where it is empty."""
    default: str | None = None
    """None where there is none, or where the documents name none."""
    tunable: bool = False
    """Whether the documents name it as one that a tuning job may search."""
    recommended: str = ""
    """What the documents recommend to search: an interval, as in `[1e-5, 1]`, or values, as in `sgd, adam`."""
    note: str = ""


@dataclass(frozen=True)
class Metric:
    """An objective metric."""

    name: str
    direction: Direction
    regex: str = ""
    """How the log is read, for an algorithm in a framework's container: the request has to define the metric."""
    note: str = ""


@dataclass(frozen=True)
class Channel:
    """An input channel of the training job."""

    name: str
    required: bool = False
    also: tuple[str, ...] = ()
    """Other names of the same channel."""


@dataclass(frozen=True)
class BuiltIn:
    """One built-in algorithm."""

    name: str
    title: str
    source: tuple[str, ...]
    """The pages of the developer guide."""
    metrics: Mapping[str, Metric]
    parameters: Mapping[str, Parameter]
    channels: tuple[Channel, ...]
    input_modes: tuple[str, ...]
    content_types: tuple[str, ...] = ()
    """Of the training channels; empty where the documents name none."""
    container: str = ""
    """The framework whose container runs it, with a source archive and a `model` channel from the region's JumpStart
    bucket; empty for an algorithm with an image of its own."""
    open: bool = False
    """Whether the documents list a part of the hyperparameters only."""


@cache
def builtin_names() -> tuple[str, ...]:
    """The name of every built-in algorithm, in alphabetical order; `families()` of the images has the same."""
    return tuple(sorted({item.name.removesuffix(".json") for item in _folder().iterdir()} | {_XGBOOST}))


@cache
def builtin(name: str) -> BuiltIn | None:
    """The table of a built-in algorithm, or None for a name that is none."""
    if name == _XGBOOST:
        return _xgboost()
    if name not in builtin_names():
        return None
    return _read(name, json.loads(_folder().joinpath(f"{name}.json").read_text(encoding="utf-8")))


def _folder() -> Traversable:
    return files("smtune.algorithms").joinpath("tables")


def _read(name: str, data: Mapping[str, Any]) -> BuiltIn:
    return BuiltIn(
        name=name,
        title=data["title"],
        source=tuple(data["source"]),
        metrics=MappingProxyType({item["name"]: Metric(**item) for item in data["metrics"]}),
        parameters=MappingProxyType({item["name"]: Parameter(**_frozen(item)) for item in data["parameters"]}),
        channels=tuple(Channel(**_frozen(item)) for item in data["channels"]),
        input_modes=tuple(data["input_modes"]),
        content_types=tuple(data.get("content_types", ())),
        container=data.get("container", ""),
        open=data.get("open", False),
    )


def _frozen(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _xgboost() -> BuiltIn:
    directions = xgboost_table.METRICS.items()
    metrics = [
        Metric(f"{data}:{name}", _direction(way)) for data in ("validation", "train") for name, way in directions
    ]
    own = [item for item in xgboost_table.HYPERPARAMETERS.values() if item.name != xgboost_table.OBJECTIVE_METRIC]
    parameters = [_from_container(item) for item in own]
    return BuiltIn(
        name=_XGBOOST,
        title="XGBoost",
        source=tuple(f"{_GUIDE}/{page}.html" for page in ("xgboost_hyperparameters", "xgboost-tuning", "xgboost")),
        metrics=MappingProxyType({metric.name: metric for metric in metrics}),
        parameters=MappingProxyType({parameter.name: parameter for parameter in parameters}),
        channels=(Channel("train", required=True), Channel("validation")),
        input_modes=("File", "Pipe"),
        content_types=("text/csv", "text/libsvm", "application/x-parquet", "application/x-recordio-protobuf"),
    )


def _direction(text: str) -> Direction:
    return "Maximize" if text == "Maximize" else "Minimize"


def _from_container(item: xgboost_table.Hyperparameter) -> Parameter:
    kinds: Mapping[str, Kind] = {"int": "integer", "float": "continuous", "categorical": "categorical"}
    kind = kinds.get(item.kind, "text")
    low, high = item.recommended or (0, 0)
    return Parameter(
        name=item.name,
        kind=kind,
        legal=item.legal.replace("+inf", "inf") if kind in ("integer", "continuous") else "",
        choices=item.choices if kind == "categorical" else (),
        required=item.required,
        tunable=item.tunable,
        recommended=f"[{low:g}, {high:g}]" if item.tunable else "",
    )
