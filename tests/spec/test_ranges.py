"""Values and ranges: plain Python values here, strings only in the service's requests."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from spec_strategies import scalars

from smtune.spec import Categorical, Continuous, Integer, TuningSpec
from smtune.spec.ranges import decode, encode, kind_of


def hyperparameter(value: Any) -> Any:
    """`value` as the spec reads it."""
    fields = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    return TuningSpec.model_validate({**fields, "hyperparameters": {"x": value}}).hyperparameters["x"]


def complaint(value: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        hyperparameter(value)
    (error,) = caught.value.errors()
    context = error["ctx"]
    return context["message"], context["fix"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"min": 1, "max": 5}, Integer(min=1, max=5)),
        ({"min": -5, "max": -1, "scale": "linear"}, Integer(min=-5, max=-1, scale="linear")),
        ({"min": 1.0, "max": 5.0}, Continuous(min=1.0, max=5.0)),
        ({"min": 1, "max": 5.5}, Continuous(min=1.0, max=5.5)),
        ({"min": 0.5, "max": 5}, Continuous(min=0.5, max=5.0)),
        ({"min": 1e-05, "max": 1, "scale": "log"}, Continuous(min=1e-05, max=1.0, scale="log")),
        ({"min": 0.0, "max": 0.9, "scale": "reverse-log"}, Continuous(min=0.0, max=0.9, scale="reverse-log")),
        ({"min": 1, "max": 5, "scale": "log"}, Integer(min=1, max=5, scale="log")),
        ({"values": ["a", 1, 1.5, True]}, Categorical(values=("a", 1, 1.5, True))),
        ({"values": ["only"]}, Categorical(values=("only",))),
    ],
)
def test_a_mapping_is_a_range_of_the_kind_that_its_literals_say(written: Any, read: object) -> None:
    found = hyperparameter(written)
    assert (type(found), found) == (type(read), read)


@pytest.mark.parametrize("value", [1, 1.0, True, False, "", "text", "1", -0.0, 10**30])
def test_a_plain_value_is_static_and_keeps_its_type(value: object) -> None:
    assert repr(hyperparameter(value)) == repr(value)


@pytest.mark.parametrize(
    ("value", "message", "fix"),
    [
        ({"min": 5, "max": 1}, "min 5 is above max 1", "swap them"),
        ({"min": 0.5, "max": 0.1}, "min 0.5 is above max 0.1", "swap them"),
        (
            {"min": 3, "max": 3},
            "min and max are both 3: the service refuses a range of one value",
            "widen the range, or write the plain value 3 to keep the hyperparameter static",
        ),
        (
            {"min": 0, "max": 3, "scale": "log"},
            "a log scale needs min > 0, not 0",
            "raise min above 0, or use scale: linear",
        ),
        (
            {"min": -0.1, "max": 3.0, "scale": "log"},
            "a log scale needs min > 0, not -0.1",
            "raise min above 0, or use scale: linear",
        ),
        (
            {"min": 0.5, "max": 1.0, "scale": "reverse-log"},
            "a reverse-log scale needs 0 <= min < max < 1, not 0.5 to 1.0",
            "keep the range below 1.0, or use another scale",
        ),
        (
            {"min": 0, "max": 5, "scale": "reverse-log"},
            "a reverse-log scale is for continuous ranges only",
            "use scale: linear or log, or write min as 0.0",
        ),
        ({"values": []}, "values is empty", "list at least one value, as in values: [gbtree, dart]"),
        ({"values": ["a", "b", "a"]}, "values repeats 'a'", "list each value once"),
        # The service carries both as the same text.
        ({"values": [1, "1"]}, "values repeats '1'", "list each value once"),
        ({"values": [True, "true"]}, "values repeats 'true'", "list each value once"),
        (math.nan, "nan is not a number the service takes", "give a finite number, or quote it as text"),
        (-math.inf, "-inf is not a number the service takes", "give a finite number, or quote it as text"),
        (None, "the value is missing", "give a value, a range {min: 1, max: 5} or a choice {values: [a, b]}"),
        (
            [1, 2],
            "a list is neither a value nor a range",
            "tune over it with {values: [...]}, or quote it to pass it as text",
        ),
        (b"x", "bytes is not a value", "give a number, text, true or false, {min:, max:} or {values:}"),
    ],
)
def test_what_is_neither_a_value_nor_a_range(value: Any, message: str, fix: str) -> None:
    assert complaint(value) == (message, fix)


def test_true_and_false_are_not_bounds() -> None:
    with pytest.raises(ValidationError):
        hyperparameter({"min": False, "max": True})


def test_one_is_not_true_in_a_choice() -> None:
    assert hyperparameter({"values": [1, True, 1.0]}).values == (1, True, 1.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.0, "1.0"), (0.5, "0.5"), (1e-05, "1e-05"), (True, "true"), ("True", "True"), ("", ""), ("1", "1")],
)
def test_the_service_carries_text_bare_and_everything_else_as_json(value: Any, text: str) -> None:
    assert encode(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.0", 1.0),
        ("true", True),
        ("0.50", "0.50"),
        ("1e-5", "1e-5"),
        ("01", "01"),
        ("+1", "+1"),
        ("-0", "-0"),
        (" 1", " 1"),
        ("1 ", "1 "),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("null", "null"),
        ("[1]", "[1]"),
        ('"a"', '"a"'),
        ("True", "True"),
        ("", ""),
        ("[" * 2500, "[" * 2500),
        ("9" * 2500, int("9" * 2500)),
        ("9" * 5000, "9" * 5000),
        ("\u0661", "\u0661"),
    ],
)
def test_text_of_the_service_becomes_a_value_only_where_nothing_is_lost(text: str, value: object) -> None:
    assert repr(decode(text)) == repr(value)


@given(st.text(max_size=30) | st.text("0123456789.eE+-truefalsn", max_size=12))
def test_decoding_loses_nothing(text: str) -> None:
    assert encode(decode(text)) == text


@given(scalars)
def test_a_value_comes_back_unless_it_is_text_that_says_a_value(value: Any) -> None:
    back = decode(encode(value))
    assert repr(back) == repr(value) or (isinstance(value, str) and json.loads(value) == back)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"values": [1], "min": 1}, "@categorical"),
        ({"min": 1}, "@integer"),
        ({"min": True, "max": 2}, "@continuous"),
        ({}, "@continuous"),
        (Integer(min=1, max=2), "@integer"),
        (Continuous(min=1, max=2), "@continuous"),
        (Categorical(values=(1,)), "@categorical"),
        ("x", "@static"),
    ],
)
def test_the_kind_of_what_is_written(value: object, kind: str) -> None:
    assert kind_of(value) == kind
