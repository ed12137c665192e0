"""Writes docs/fields.md: every leaf field of the request and how a spec says it: `python docs/generate_fields.py`.

The leaves come from botocore's own model, so an upgrade that adds one shows up here. Each is written into a request
twice, with two values: where `from_request` gives two specs that differ in their keys, a friendly key says it; where
they differ in `raw` only, `raw` does. A test compares the page with what this writes.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.errors import dotted
from smtune.request import from_request, to_request
from smtune.request.origin import origin
from smtune.service_model import shapes, violations
from smtune.spec import TuningSpec

TARGET = Path(__file__).with_name("fields.md")
Way = tuple[str, ...]
_HEAD = """\
# Every field of the request

<!-- Generated: python docs/generate_fields.py -->

CreateHyperParameterTuningJob has {leaves} leaf fields in the service model that is installed here. A spec can set
{settable} of them: {friendly} by a key of their own, {raw} by [`raw`](spec.md#raw). Nothing is left out silently: a
leaf that a newer botocore adds is settable by `raw` at once, and fails a test until somebody decides about its key.

`[]` is an item of a list, `{{key}}` and `{{value}}` those of a map, NAME what you call it. The keys of
`TrainingJobDefinitions[]` that are shown without `algorithms[]` may also be said by each algorithm for itself.

| field | key |
|---|---|
"""
REQUEST = "CreateHyperParameterTuningJobRequest"
ITEM, KEY, VALUE = "[]", "{key}", "{value}"
_MANY = "several algorithms have it: write `algorithms`"
_CHOSEN = "says what the service chose; the request's shape merely shares it"
_ULTRA = "placement on UltraServers: rare enough for `raw`"
RAW: Mapping[str, str] = {
    "TrainingJobDefinition.DefinitionName": _MANY,
    "TrainingJobDefinition.TuningObjective": _MANY,
    "TrainingJobDefinition.HyperParameterRanges": _MANY,
    **{
        f"{definition}.ResourceConfig.{member}": reason
        for definition in ("TrainingJobDefinition", "TrainingJobDefinitions[]")
        for member, reason in {
            "SelectedInstanceType": _CHOSEN,
            "SelectedInstanceCount": _CHOSEN,
            "InstancePlacementConfig": _ULTRA,
        }.items()
    },
}
"""Where leaves without a friendly key begin, each with its reason; `raw` sets them all the same."""
_NUMBERS = {"MinValue": ("1", "2"), "MaxValue": ("10", "11")}
_LEAST: Mapping[str, Any] = {
    "IntegerParameterRange": {"Name": "a", "MinValue": "3", "MaxValue": "9"},
    "ContinuousParameterRange": {"Name": "a", "MinValue": "3", "MaxValue": "9.5"},
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}},
    "ParentHyperParameterTuningJob": {"HyperParameterTuningJobName": "a"},
}
"""What makes sense only whole, though the model requires less."""
_ONE_PLACE = ("S3DataSource", "FileSystemDataSource", "DatasetSource")
_TEXTS = (
    *("a", "bb", "a-name", "s3://bucket/one", "s3://bucket/two", "fs-0a1b2c3d4e5", "fs-1a1b2c3d4e5", "1", "2"),
    *("arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"),
    *(f"arn:aws:sagemaker:us-east-1:123456789012:hub-content/hub/DataSet/{name}/1.0.0" for name in ("one", "two")),
    *(f"arn:aws:sagemaker:us-east-1:123456789012:hub-content/hub/Model/{name}/1.0.0" for name in ("one", "two")),
    *(f"arn:aws:sagemaker:us-east-1:123456789012:training-plan/{name}" for name in ("one", "two")),
)


@dataclass(frozen=True)
class Row:
    """A leaf and the way to say it."""

    leaf: str
    key: str
    """A friendly key, `raw`, or empty for one that is neither settable nor refused."""
    reason: str = ""
    """Why no friendly key is to have it."""


def rows() -> list[Row]:
    """All leaves in the model's order."""
    return [Row(_shown(path), _way(path), _reason(_shown(path))) for path in leaves(REQUEST)]


def _reason(leaf: str) -> str:
    return next((reason for start, reason in RAW.items() if f"{leaf}.".startswith(f"{start}.")), "")


def leaves(shape_name: str, path: Way = ()) -> Iterator[Way]:
    """Every scalar below a shape: a list counts once, with its item's leaves; a map with its keys and its values."""
    shape = shapes()[shape_name]
    match shape["type"]:
        case "structure":
            for name, member in shape["members"].items():
                yield from leaves(member["shape"], (*path, name))
        case "list":
            yield from leaves(shape["member"]["shape"], (*path, ITEM))
        case "map":
            yield from ((*path, part) for part in (KEY, VALUE))
        case _:
            yield path


def _way(path: Way) -> str:
    """The key that says the leaf at `path`; empty where its value gets lost, which must not be."""
    first, second = (_request(path, which) for which in (0, 1))
    specs = from_request(first), from_request(second)
    if to_request(specs[0]) != first or to_request(specs[1]) != second:
        return ""
    if _keys(specs[0]) == _keys(specs[1]):
        return "raw"
    # One of the two values may be the key's default, which a dump leaves out.
    found = [_key(spec, request, path) for spec, request in zip(specs, (first, second), strict=True)]
    return max(found, key=len)


def _key(spec: TuningSpec, request: Mapping[str, Any], path: Way) -> str:
    places = {keys for keys in _paths(spec.model_dump(exclude_defaults=True)) if "raw" not in keys}
    return _pattern(dotted(origin(_place(path), request, places)))


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


def _request(path: Way, which: int) -> dict[str, Any]:
    """The least request that has the leaf at `path`; it differs between 0 and 1 in that leaf only."""
    request: dict[str, Any] = _least(REQUEST)
    definition = {**_least("HyperParameterTrainingJobDefinition"), "StoppingCondition": {"MaxRuntimeInSeconds": 60}}
    if path[0] == "TrainingJobDefinitions":
        request["TrainingJobDefinitions"] = [{"DefinitionName": "a", **definition}]
    else:
        request["TrainingJobDefinition"] = definition
    request = copy.deepcopy(request)
    if which == 0 or not _has_one_value(path):
        _write(request, REQUEST, path, which)
    return request


def _has_one_value(path: Way) -> bool:
    """Whether the leaf has a single value: it is there, or it is not."""
    shape = shapes()[REQUEST]
    for part in path:
        member = shape["member"] if part == ITEM else shape["members"][part] if "members" in shape else shape["key"]
        shape = shapes()[member["shape"]]
    return len(shape.get("enum", "two")) == 1


def _least(shape_name: str) -> Any:
    """The smallest value of a shape that the model allows."""
    if shape_name in _LEAST:
        return copy.deepcopy(_LEAST[shape_name])
    shape = shapes()[shape_name]
    match shape["type"]:
        case "structure":
            return {name: _least(shape["members"][name]["shape"]) for name in shape.get("required", ())}
        case "list":
            return [_least(shape["member"]["shape"])] * shape.get("min", 0)
        case "map":
            return {}
        case _:
            return _value(shape_name, 0)


def _value(shape_name: str, which: int) -> Any:
    """The first or second value that the model allows; one that is the only one is the first for both."""
    shape = shapes()[shape_name]
    if "enum" in shape:
        return shape["enum"][which % len(shape["enum"])]
    match shape["type"]:
        case "boolean":
            return which == 0
        case "string":
            fitting = [text for text in _TEXTS if not violations(shape_name, text)]
            return fitting[which]
        case "integer" | "long":
            return max(shape.get("min", 0), 1) + which
        case _:
            return 0.5 + which


def _write(value: Any, shape_name: str, path: Way, which: int) -> None:
    shape = shapes()[shape_name]
    part, *rest = path
    if part in (KEY, VALUE):
        key_shape, value_shape = shape["key"]["shape"], shape["value"]["shape"]
        value.clear()
        value[_value(key_shape, which * (part == KEY))] = _value(value_shape, which * (part == VALUE))
        return
    inner = shape["member"]["shape"] if part == ITEM else shape["members"][part]["shape"]
    index: Any = 0 if part == ITEM else part
    if part == ITEM and not value:
        value.append(_least(inner))
    if part in _ONE_PLACE and part not in value:
        value.clear()  # a channel's data is in one place
    if rest:
        if part != ITEM:
            value.setdefault(part, _least(inner))
        _write(value[index], inner, tuple(rest), which)
    else:
        value[index] = _NUMBERS[part][which] if part in _NUMBERS else _value(inner, which)


def _keys(spec: TuningSpec) -> dict[str, Any]:
    """What the friendly keys say."""
    said = spec.model_dump(exclude={"raw"})
    said["algorithms"] = [{key: item for key, item in entry.items() if key != "raw"} for entry in said["algorithms"]]
    return said


def _place(path: Way) -> tuple[str | int, ...]:
    return tuple(0 if part == ITEM else part for part in path if part not in (KEY, VALUE))


def _shown(path: Way) -> str:
    return ".".join(path).replace(f".{ITEM}", ITEM).replace(f".{KEY}", KEY).replace(f".{VALUE}", VALUE)


def _pattern(key: str) -> str:
    """A key with words for what the user names and counts."""
    key = re.sub(r"^(algorithms|raw)\[0\]", r"\1[]", key).replace("[0]", "[]")
    return re.sub(r"(hyperparameters|metrics|channels|tags|environment)\.[^.\[]+", r"\1.NAME", key)


def generate() -> str:
    """The page."""
    found = rows()
    friendly = sum(row.key not in ("", "raw") for row in found)
    raw = sum(row.key == "raw" for row in found)
    lines = [f"| `{row.leaf}` | {f'`{row.key}`' if row.key else '**lost**'}{_because(row)} |" for row in found]
    settable = friendly + raw
    return _HEAD.format(leaves=len(found), settable=settable, friendly=friendly, raw=raw) + "\n".join(lines) + "\n"


def _because(row: Row) -> str:
    return f" ({row.reason})" if row.reason else ""


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
