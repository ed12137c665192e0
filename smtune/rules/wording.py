"""The service model's constraints in words: what is wrong with a value, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smtune.errors import listed, shown
from smtune.rules.case import Path
from smtune.service_model import REQUEST, Violation, shapes
from smtune.spec.explain import nearest

_SHOWN = 8
_SHORTER = "make it shorter"
_NEWER = "remove it, or update boto3 if it is new"
_BOUND = re.compile(r"(?:length|value) (less|greater) than or equal to (-?\d+)")
_TYPES = {
    "string": ("text", "put it in quotes"),
    "integer": ("a whole number of 32 bits", "write a plain number, without quotes"),
    "long": ("a whole number of 64 bits", "write a plain number, without quotes"),
    "float": ("a finite number", "write a plain number, without quotes"),
    "boolean": ("true or false", "write true or false, without quotes"),
    "structure": ("a mapping", "write keys and values, as in {key: value}"),
    "map": ("a mapping", "write keys and values, as in {key: value}"),
    "list": ("a list", "write it as [a, b]"),
}
_COUNTED = {
    "TrainingJobDefinitions": ("algorithms", "split them into several jobs"),
    "IntegerParameterRanges": ("ranges of whole numbers", "give plain values to those that matter least"),
    "ContinuousParameterRanges": ("continuous ranges", "give plain values to those that matter least"),
    "CategoricalParameterRanges": ("choices", "give plain values to those that matter least"),
    "AutoParameters": ("hints", "give plain values to those that matter least"),
    "Values": ("values", "leave out the least promising"),
    "StaticHyperParameters": ("static hyperparameters", "pass the rest in one file or one JSON text"),
    "MetricDefinitions": ("metrics", "keep those that you look at"),
    "InputDataConfig": ("channels", "put more data into one channel"),
    "ParentHyperParameterTuningJobs": ("parents", "keep the best five"),
    "SecurityGroupIds": ("security groups", "keep five"),
    "Subnets": ("subnets", "keep sixteen"),
    "InstanceConfigs": ("instances to choose from", "keep the six that you prefer"),
    "InstanceGroups": ("instance groups", "keep five"),
    "InstancePreferences": ("preferred instances", "keep five"),
    "Environment": ("environment variables", "put the rest into one JSON text, or into a file"),
    "Tags": ("tags", "leave some out"),
}
"""A list or map -> what is in it, and what to do when there is too much."""
CONSTANT = frozenset({_SHORTER, _NEWER} | {fix for _, fix in (*_TYPES.values(), *_COUNTED.values())})
"""What to do, where it holds nothing of a request."""


def words(violation: Violation, form: str, fix: str) -> tuple[str, str]:
    """What is wrong, and what to do; `form` says what a right value is, `fix` what to write."""
    constraint, value = violation.constraint, violation.value
    if violation.choices:
        near = nearest(str(value), violation.choices)
        few = listed(violation.choices, _SHOWN)
        return f"the service does not know {shown(value)}", f"did you mean {near}?" if near else f"it takes: {few}"
    if constraint == "Member must not be null":
        return f"{violation.path[-1]} is missing", fix
    if constraint == "Member is not in the service's model":
        near = nearest(str(violation.path[-1]), _members(violation.path[:-1]))
        message = f"the service knows no {shown(violation.path[-1])} here"
        return message, f"did you mean {near}?" if near else _NEWER
    if constraint.startswith("Member must be of type "):
        kind, rewrite = _TYPES.get(constraint.rpartition(" ")[2], (constraint.rpartition(" ")[2], fix))
        return f"{shown(value)} is not {kind}", rewrite
    bound = _BOUND.search(constraint)
    return _out_of_bounds(violation, bound[1], bound[2], fix) if bound else (f"{shown(value)} is not {form}", fix)


def _out_of_bounds(violation: Violation, side: str, limit: str, fix: str) -> tuple[str, str]:
    value, last, too_little = violation.value, violation.path[-1], side == "greater"
    takes = f"at least {limit}" if too_little else limit
    if isinstance(value, int | float):
        side, most = ("below", "least") if too_little else ("above", "most")
        return f"{value} is {side} {limit}", f"give a number of at {most} {limit}"
    if isinstance(value, str):
        length = f"{len(value)} characters; the service takes {takes}"
        return f"{_text(last, value)} has {length}", fix if too_little else _SHORTER
    many, less = _COUNTED.get(str(last), (str(last), "leave some out"))
    return f"{len(value) or 'no'} {many}; the service takes {takes}", fix if too_little else less


def _text(last: str | int, value: str) -> str:
    if value == last:
        return f"the name {shown(value)}"
    return "a value" if isinstance(last, int) else str(last)


def _members(path: Path) -> Mapping[str, Any]:
    """The members that the model has at `path`."""
    shape = shapes()[REQUEST]
    for part in path:
        inner = shape.get("members", {}).get(part) or shape.get("member") or shape.get("value")
        if inner is None:
            return {}
        shape = shapes()[inner["shape"]]
    return dict(shape.get("members", {}))
