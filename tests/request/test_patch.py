"""JSON merge patch: RFC 7396's own examples, and patches that are made."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.request.patch import apply_patch, make_patch

# RFC 7396, appendix A: original, patch, result.
EXAMPLES = """
{"a":"b"}          | {"a":"c"}                 | {"a":"c"}
{"a":"b"}          | {"b":"c"}                 | {"a":"b","b":"c"}
{"a":"b"}          | {"a":null}                | {}
{"a":"b","b":"c"}  | {"a":null}                | {"b":"c"}
{"a":["b"]}        | {"a":"c"}                 | {"a":"c"}
{"a":"c"}          | {"a":["b"]}               | {"a":["b"]}
{"a":{"b":"c"}}    | {"a":{"b":"d","c":null}}  | {"a":{"b":"d"}}
{"a":[{"b":"c"}]}  | {"a":[1]}                 | {"a":[1]}
["a","b"]          | ["c","d"]                 | ["c","d"]
{"a":"b"}          | ["c"]                     | ["c"]
{"a":"foo"}        | null                      | null
{"a":"foo"}        | "bar"                     | "bar"
{"e":null}         | {"a":1}                   | {"e":null,"a":1}
[1,2]              | {"a":"b","c":null}        | {"a":"b"}
{}                 | {"a":{"bb":{"ccc":null}}} | {"a":{"bb":{}}}
"""
CASES = [[json.loads(part) for part in line.split("|")] for line in EXAMPLES.strip().splitlines()]

scalars = st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5]) | st.sampled_from(["", "1", "a"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
mappings = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


def as_json(value: Any) -> str:
    """`==` takes 1, 1.0 and True for the same; a service does not."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(("original", "patch", "result"), CASES)
def test_the_examples_of_the_rfc(original: Any, patch: Any, result: Any) -> None:
    assert apply_patch(original, patch) == result


@given(mappings, mappings)
def test_a_made_patch_turns_one_into_the_other(source: Any, target: Any) -> None:
    assert as_json(apply_patch(source, make_patch(source, target))) == as_json(target)


@given(mappings)
def test_the_patch_between_the_same_is_empty(source: Any) -> None:
    assert make_patch(source, copy.deepcopy(source)) == {}


@given(mappings, mappings)
def test_a_patch_holds_nothing_that_is_the_same_already(source: Any, target: Any) -> None:
    patch = make_patch(source, target)
    assert all(key not in source or as_json(source[key]) != as_json(target.get(key)) for key in patch)


@given(values, values)
def test_neither_side_is_changed_and_nothing_is_shared(target: Any, patch: Any) -> None:
    before = as_json([target, patch])
    _spoil(apply_patch(copy.deepcopy(target), patch))
    assert as_json([target, patch]) == before


def _spoil(value: Any) -> None:
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(item)
    if isinstance(value, dict | list):
        value.clear()


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), (0, False), ([1], [True]), ([{"a": 1}], [{"a": 1.0}])])
def test_equal_values_of_another_type_are_a_difference(old: Any, new: Any) -> None:
    assert as_json(make_patch({"a": old}, {"a": new})) == as_json({"a": new})


def test_a_mapping_is_emptied_key_by_key() -> None:
    assert make_patch({"a": {"b": 1, "c": 2}}, {"a": {}}) == {"a": {"b": None, "c": None}}
