"""AWS's own description of the SageMaker API, read from botocore's data files without importing botocore.

botocore checks types, required members and minimums before it sends a request. The maxima, patterns and enums
in the same model are only checked by the service: here they are checked offline, in the service's words.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from smtune.errors import ConfigurationError

Shape = Mapping[str, Any]
REQUEST = "CreateHyperParameterTuningJobRequest"
"""The shape of a tuning job's request."""
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (dt.datetime,),
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
}
_SEPARATORS = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NOT_NULL = "Member must not be null"
_OF_TYPE = "Member must be of type"
_BITS: Mapping[str, int] = {"integer": 32, "long": 64}
_STRUCTURES = {"structure", "map", "list"}


@dataclass(frozen=True)
class Violation:
    """A value that breaks the model: `path` in API names, `value` as given, the constraint in the service's words."""

    path: tuple[str | int, ...]
    value: Any
    constraint: str
    choices: tuple[str, ...] = ()
    """All values that the service takes here, where they are few."""

    @property
    def is_malformed(self) -> bool:
        """Whether the value has not even the shape: it is missing, or of another type."""
        return self.constraint == _NOT_NULL or self.constraint.startswith(_OF_TYPE)

    @property
    def sentence(self) -> str:
        """As in the service's ValidationException."""
        name = "".join(f".{part}" if isinstance(part, str) else f".{part + 1}.member" for part in self.path)[1:]
        lowered = re.sub(r"(^|\.)([A-Z])", lambda match: match[1] + match[2].lower(), name)
        shown = self.value if not isinstance(self.value, list | tuple | Mapping) else _listing(self.value)
        return f"Value '{shown}' at '{lowered}' failed to satisfy constraint: {self.constraint}"


@cache
def shapes() -> Mapping[str, Shape]:
    """Every shape of the SageMaker API by name."""
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        message = "botocore is not installed; reinstall smtune with its dependencies"
        raise ConfigurationError(message)
    folder = Path(spec.origin).parent / "data" / "sagemaker"
    newest = max(folder.glob("*/service-2.json.gz"))
    model: Mapping[str, Any] = json.loads(gzip.decompress(newest.read_bytes()))
    return dict(model["shapes"])


def violations(shape_name: str, value: object) -> tuple[Violation, ...]:
    """Everything in `value` that breaks the shape: type, unknown or missing member, length, range, pattern, enum."""
    return tuple(_walk(shapes()[shape_name], value, ()))


def _walk(shape: Shape, value: Any, path: tuple[str | int, ...]) -> Iterator[Violation]:
    kind = shape["type"]
    if not _is_a(value, kind):
        yield Violation(path, value, f"{_OF_TYPE} {kind}")
        return
    yield from (Violation(path, value, constraint) for constraint in _broken(shape, value))
    if "enum" in shape and value not in shape["enum"]:
        constraint = f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
        yield Violation(path, value, constraint, tuple(shape["enum"]))
    if kind == "structure":
        yield from _walk_structure(shape, value, path)
    elif kind == "list":
        for index, item in enumerate(value):
            yield from _walk(shapes()[shape["member"]["shape"]], item, (*path, index))
    elif kind == "map":
        for key, item in value.items():
            yield from _walk(shapes()[shape["key"]["shape"]], key, (*path, key))
            yield from _walk(shapes()[shape["value"]["shape"]], item, (*path, key))


def _is_a(value: Any, kind: str) -> bool:
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return False
    if kind in _BITS:
        low, high = -(2 ** (_BITS[kind] - 1)), 2 ** (_BITS[kind] - 1) - 1
        return bool(low <= value <= high)
    return not isinstance(value, float) or math.isfinite(value)


def _walk_structure(shape: Shape, value: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Violation]:
    members = shape["members"]
    for name in shape.get("required", ()):
        if name not in value:
            yield Violation((*path, name), "null", _NOT_NULL)
    for name, item in value.items():
        if name in members:
            yield from _walk(shapes()[members[name]["shape"]], item, (*path, name))
        else:
            yield Violation((*path, name), item, "Member is not in the service's model")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    kind = shape["type"]
    noun = "length" if kind in {"string", *_STRUCTURES} else "value"
    size = len(value) if noun == "length" else value
    if kind == "timestamp" or kind == "boolean":
        return
    if "min" in shape and size < shape["min"]:
        yield f"Member must have {noun} greater than or equal to {shape['min']}"
    if "max" in shape and size > shape["max"]:
        yield f"Member must have {noun} less than or equal to {shape['max']}"
    if "pattern" in shape and not _pattern(shape["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape['pattern']}"


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Java's \d and \w are ASCII. Its Unicode categories, as far as a tuning job's requests use them, in Python's words:
    flags = re.DOTALL if r"\p{" in pattern else re.DOTALL | re.ASCII
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", _SEPARATORS)):
        pattern = pattern.replace(java, python)
    return re.compile(pattern, flags)


def _listing(value: Any) -> str:
    return json.dumps(value, default=str)[:200]
