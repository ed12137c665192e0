"""The error tree: an exit code for each leaf, and messages that say where, what and what to do."""

from __future__ import annotations

import pytest

from smtune import errors
from smtune.errors import Problem, ServiceError, SmtuneError, SpecError, cut, dotted, listed, shown

CODES = {
    "SmtuneError": 255,
    "JobError": 1,
    "UsageError": 2,
    "StoppedError": 3,
    "WaitTimeoutError": 4,
    "SpecError": 252,
    "ConfigurationError": 253,
    "ServiceError": 254,
}


def test_every_error_has_the_exit_code_that_the_docstring_promises() -> None:
    classes = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, SmtuneError)]
    assert {item.__name__: item.exit_code for item in classes} == CODES
    promised = [line.replace("├── ", "").replace("└── ", "").split()[:2] for line in errors.__doc__.splitlines()[2:10]]
    assert {name: int(code) for name, code in promised} == CODES


def test_a_problem_says_where_what_the_rule_and_the_fix() -> None:
    problem = Problem(3, 7, "limits.parallel", "parallel 4 is above jobs 2", "lower parallel to 2", "R16")
    assert problem.describe("spec.yaml") == (
        "spec.yaml:3:7: limits.parallel: parallel 4 is above jobs 2 [R16]\n    lower parallel to 2"
    )


def test_a_problem_without_a_place_a_path_a_rule_and_a_fix_names_none() -> None:
    assert Problem(0, 0, "", "cannot read the file").describe("spec.yaml") == "spec.yaml: cannot read the file"


def test_a_long_path_is_cut_in_the_message_and_kept_in_the_value() -> None:
    problem = Problem(1, 1, "k" * 500, "unknown key")
    assert problem.path == "k" * 500
    assert problem.describe("s") == f"s:1:1: {'k' * 87}...: unknown key"


def test_problems_sort_by_their_place() -> None:
    problems = [Problem(2, 1, "", "b"), Problem(1, 9, "", "a"), Problem(1, 2, "", "z")]
    assert [(item.line, item.column) for item in sorted(problems)] == [(1, 2), (1, 9), (2, 1)]


def test_a_spec_error_holds_and_says_every_problem() -> None:
    error = SpecError((Problem(1, 1, "a", "one"), Problem(2, 1, "b", "two", "do it")), source="x.yaml")
    assert str(error) == "x.yaml:1:1: a: one\nx.yaml:2:1: b: two\n    do it"
    assert [problem.path for problem in error.problems] == ["a", "b"]
    assert error.source == "x.yaml"


def test_a_service_error_keeps_the_services_code() -> None:
    error = ServiceError("ResourceInUse", "the name is taken")
    assert str(error) == "ResourceInUse: the name is taken"
    assert error.code == "ResourceInUse"


def test_an_index_stands_in_brackets() -> None:
    assert (
        dotted(("algorithms", 0, "hyperparameters", "a.b", "values", 2))
        == "algorithms[0].hyperparameters.a.b.values[2]"
    )
    assert dotted((0, "a")) == "[0].a"
    assert dotted(()) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.0, "1.0"),
        ("a", "'a'"),
        ([None], "[None]"),
        ("x" * 100, "'" + "x" * 56 + "..."),
    ],
)
def test_a_value_is_shown_as_in_the_file_and_cut(value: object, text: str) -> None:
    assert shown(value) == text


def test_what_is_too_long_is_cut_with_a_sign_of_it() -> None:
    assert cut("12345", 5) == "12345"
    assert cut("123456", 5) == "12..."
    assert listed(("a", "b"), 2) == "a, b"
    assert listed((word for word in "abc"), 2) == "a, b, ..."
    assert listed((), 2) == ""
