"""`--require`: what can be said, and how a slip is explained."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import UsageError
from smtune.progress import parse_requirement

VALUES = {"objective": 0.9, "completed": 18.0, "failed": 2.0, "stopped": 0.0, "elapsed": 3600.0}
METRICS = {"validation:error": 0.04, "test loss": 0.3, "objective": 7.0, "a>b": 1.0, "nan": math.nan}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("objective >= 0.9", True),
        ("objective>0.9", False),
        ("  objective <= 9e-1 ", True),
        ("completed == 18", True),
        ("failed != 2", False),
        ("failed < 3", True),
        ("stopped == 0", True),
        ("elapsed <= 7200", True),
        ("validation:error <= 0.05", True),
        ("validation:error <= -0.05", False),
        ("'test loss' < 0.5", True),
        ('"test loss" < 0.2', False),
        ("'objective' == 7", True),
        ("'a>b' == 1", True),
    ],
)
def test_a_requirement_is_a_name_a_comparison_and_a_number(text: str, holds: bool) -> None:
    check = parse_requirement(text).check(VALUES, METRICS)
    assert check.holds is holds
    assert check.to_dict()["holds"] is holds
    assert check.to_dict()["require"] == text.strip()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("objective", "there is no comparison"),
        ("objective = 0.9", "compare with =="),
        ("objective > = 0.9", "no space within an operator: >="),
        ("objective => 0.9", "compare with =="),
        (">= 0.9", "no name stands before"),
        ("objective >=", "no number stands after >="),
        ("objective >= high", "'high' is not a number"),
        ("objective >= 90%", "as 0.9 for 90 %"),
        ("objective >= nan", "nan is not a number to compare with"),
        ("objective >= inf", "inf is not a number to compare with"),
        ("objective >= 1_0", "'1_0' is not a number"),
        ("objective >= 0.9 and failed == 0", "give --require again"),
        ("objective >= 0.9, failed == 0", "give --require again"),
        ("test loss < 0.5", "with spaces takes quotes: \"'test loss' >= 0.9\""),
        ("'test loss < 0.5", "the quote ' is not closed"),
    ],
)
def test_a_slip_is_explained(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_requirement(text)
    assert why in str(caught.value)
    assert "objective >= 0.9" in str(caught.value)


def test_nothing_is_evaluated() -> None:
    requirement = parse_requirement("__import__('os').system('false') > 0")
    assert (requirement.name, requirement.is_metric) == ("__import__('os').system('false')", True)


@given(st.text(max_size=40))
def test_any_text_is_a_requirement_or_a_usage_error(text: str) -> None:
    requirement = None
    with contextlib.suppress(UsageError):
        requirement = parse_requirement(text)
    assert requirement is None or math.isfinite(requirement.bound)


@given(st.sampled_from([">=", "<=", "==", "!=", ">", "<"]), st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_is_written(comparison: str, bound: float) -> None:
    requirement = parse_requirement(f"score {comparison} {bound!r}")
    assert (requirement.name, requirement.comparison, requirement.bound) == ("score", comparison, bound)


@pytest.mark.parametrize(("text", "note"), [("nan > 0", "it is not a number"), ("speed > 0", "there is none")])
def test_what_is_not_known_does_not_hold(text: str, note: str) -> None:
    check = parse_requirement(text).check(VALUES, METRICS)
    assert (check.holds, check.value) == (False, None)
    assert check.sentence == f"{text}: {note}"


def test_no_objective_at_all_does_not_hold() -> None:
    assert not parse_requirement("objective >= 0").check({"objective": None}, {}).holds
