"""Hyperparameters: the spec's values and ranges <-> the request's static values and lists of ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.request.fields import SCALES
from smtune.spec import Categorical, Continuous, Definition, Integer
from smtune.spec.ranges import Range, decode, encode

Json = dict[str, Any]
LISTS: Mapping[str, type[Range]] = {
    "ContinuousParameterRanges": Continuous,
    "IntegerParameterRanges": Integer,
    "CategoricalParameterRanges": Categorical,
}
_SCALE_NAMES = {api: name for name, api in SCALES.items()}


def write_ranges(definition: Definition) -> Json:
    """The request's ParameterRanges; empty where nothing is tuned."""
    result: Json = {}
    for key, kind in LISTS.items():
        items = [_range(name, value) for name, value in definition.ranges.items() if isinstance(value, kind)]
        if items:
            result[key] = items
    hints = [{"Name": name, "ValueHint": encode(value.hint)} for name, value in definition.hints.items()]
    return result | ({"AutoParameters": hints} if hints else {})


def _range(name: str, value: Range) -> Json:
    if isinstance(value, Categorical):
        return {"Name": name, "Values": [encode(item) for item in value.values]}
    result = {"Name": name, "MinValue": encode(value.min), "MaxValue": encode(value.max)}
    if value.scale is not None:
        result["ScalingType"] = SCALES[value.scale]
    return result


def read_hyperparameters(ranges: Mapping[str, Any], static: Mapping[str, str]) -> Json:
    """The spec's hyperparameters. One that is both static and tuned becomes the range; the value stays in `raw`."""
    result: Json = {name: decode(text) for name, text in static.items()}
    for key, read in (("ContinuousParameterRanges", _continuous), ("IntegerParameterRanges", _integer)):
        for item in ranges.get(key, ()):
            scale = _SCALE_NAMES.get(item.get("ScalingType"))
            result[item["Name"]] = read(item["MinValue"], item["MaxValue"]) | ({"scale": scale} if scale else {})
    for item in ranges.get("CategoricalParameterRanges", ()):
        result[item["Name"]] = {"values": [decode(text) for text in item["Values"]]}
    for item in ranges.get("AutoParameters", ()):
        result[item["Name"]] = {"hint": decode(item["ValueHint"])}
    return result


def _continuous(low: str, high: str) -> Json:
    bounds = {"min": _number(low), "max": _number(high)}
    whole = all(isinstance(bound, int) for bound in bounds.values())
    return bounds | ({"type": "continuous"} if whole else {})


def _integer(low: str, high: str) -> Json:
    return {"min": _whole(low), "max": _whole(high)}


def _number(text: str) -> object:
    """The number in `text`, as it is spelt if it can be, or the text itself: it is refused where a number has to be."""
    value = decode(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(text)
    except ValueError:
        return text


def _whole(text: str) -> object:
    number = _number(text)
    return int(number) if isinstance(number, float) and number.is_integer() else number
