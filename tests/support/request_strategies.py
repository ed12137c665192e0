"""Hypothesis strategies: requests that the service's own model allows, every member of it included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from spec_strategies import TRAPS

from smtune.service_model import shapes

REQUEST = "CreateHyperParameterTuningJobRequest"
_FEW = 3
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")  # no request can carry them
_DEFINITION = "TrainingJobDefinition"
_SEVERAL = "TrainingJobDefinitions"
# Both are drawn once; what each can hold is drawn by shape.
_CACHE: dict[str, st.SearchStrategy[Any]] = {}
_TYPICAL = ["0.01", "1e-4", "0.50", "1", "10", "007", "+5", "true", "nan", "1e400", '"adam"', " 1", "s3://b/p", "x"]


def value_of(name: str) -> st.SearchStrategy[Any]:
    """Values of a shape of the model."""
    if name not in _CACHE:
        _CACHE[name] = _of(name, shapes()[name])
    return _CACHE[name]


def _of(name: str, shape: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    low, high = shape.get("min"), shape.get("max")
    match shape["type"]:
        case "string":
            return _text(shape)
        case "integer" | "long":
            return st.integers(low if low is not None else -100, min(high if high is not None else 10**6, 2**31 - 1))
        case "float" | "double":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "list":
            most = min(max(low or 0, _FEW), high or _FEW)
            return st.lists(value_of(shape["member"]["shape"]), min_size=low or 0, max_size=most)
        case "map":
            keys, values = value_of(shape["key"]["shape"]), value_of(shape["value"]["shape"])
            return st.dictionaries(keys, values, max_size=_FEW)
        case _:
            return _structure(shape)


def _structure(shape: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _later(member["shape"]) for name, member in shape["members"].items()}
    required = {name: strategy for name, strategy in members.items() if name in shape.get("required", ())}
    optional = {name: strategy for name, strategy in members.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _later(name: str) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: value_of(name))


def _text(shape: Mapping[str, Any]) -> st.SearchStrategy[str]:
    low, high, pattern = shape.get("min", 0), shape.get("max", 2_500), shape.get("pattern")
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    words = st.sampled_from([*TRAPS, *_TYPICAL])
    free = st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=low, max_size=min(high, 20)
    )
    if pattern is None:
        return (words | free).filter(lambda text: low <= len(text) <= high)
    if r"\p{" in pattern:  # Unicode categories, which Python's own regular expressions do not know
        return st.sampled_from(["a", "team", "smtune:x", "A b/c=d+e-f@g", "é"])
    matching = st.from_regex(re.compile(_bounded(pattern), re.ASCII), fullmatch=True)
    return matching.filter(lambda text: low <= len(text) <= high and not _UNSENDABLE.search(text))


def _bounded(pattern: str) -> str:
    """The same pattern, generating short texts: an open `*` or `+` draws hundreds of characters."""
    parts = re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|.", pattern)  # a class or an escape stays as it is
    return "".join({"*": "{0,3}", "+": "{1,3}"}.get(part, part) for part in parts)


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Requests with at least one definition: without any there is nothing to read."""
    definition = value_of("HyperParameterTrainingJobDefinition")
    one = st.builds(
        _with,
        value_of(REQUEST),
        st.just(_DEFINITION),
        st.just(_SEVERAL),
        definition,
    )
    several = st.builds(
        _with,
        value_of(REQUEST),
        st.just(_SEVERAL),
        st.just(_DEFINITION),
        st.lists(definition, min_size=1, max_size=_FEW),
    )
    # Not a filter: where one rejects, Hypothesis writes out all of what it filters.
    both = st.builds(lambda request, single: {**request, _DEFINITION: single}, value_of(REQUEST), definition)
    return one | several | both


def _with(request: dict[str, Any], member: str, other: str, value: Any) -> dict[str, Any]:
    return {**{key: item for key, item in request.items() if key != other}, member: value}
