"""What the rules refuse of a spec, and which hyperparameter it is about."""

from __future__ import annotations

from typing import Any

from smtune.request import to_request
from smtune.rules import Finding, broken_rules
from smtune.spec import TuningSpec
from smtune.spec.document import Path


def errors_of(spec: TuningSpec) -> list[tuple[str, Finding]]:
    """What the rules refuse of the spec's request, each with the hyperparameter or the limit that it is about."""
    request = to_request(spec)
    found = [item for item in broken_rules(request) if item.severity == "error"]
    return [(_subject(item.path, request), item) for item in found]


def _subject(path: Path, request: Any) -> str:
    """The hyperparameter at a request's path, or another member's own name; empty for all hyperparameters."""
    for number, part in enumerate(path):
        if part == "StaticHyperParameters":
            return str(path[number + 1]) if len(path) > number + 1 else ""
        if part in ("ParameterRanges", "HyperParameterRanges"):
            value: Any = request
            for key in path[: number + 3]:
                value = value[key]
            return str(value["Name"]) if "Name" in value else ""
    return str(path[-1])
