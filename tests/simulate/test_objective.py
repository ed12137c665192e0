"""Objectives of the user's own: what an expression may say, and what a function may give."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtune.errors import UsageError
from smtune.simulate import read_objective

GIVEN = {"eta": 0.5, "learning-rate": 0.1, "lambda": 3, "booster": "dart", "_tuning_objective_metric": "auc"}
MODULE = """
def score(given):
    return given["eta"]

def none(given):
    pass

curve = lambda given: [1, 2, 3]
number = 1
"""


@pytest.fixture
def module() -> Iterator[str]:
    """A module in the current folder."""
    Path("shapes_of_mine.py").write_text(MODULE, encoding="utf-8")
    before = list(sys.path)
    yield "shapes_of_mine"
    sys.path[:] = before
    sys.modules.pop("shapes_of_mine", None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("eta * 2", (1.0,)),
        ("learning_rate + lambda_", (3.1,)),
        ("1.0 if booster == 'dart' else 0.0", (1.0,)),
        ("log(exp(eta)) + max(0, -1)", (0.5,)),
        ("epoch / epochs", (0.25, 0.5, 0.75, 1.0)),
        ("eta / epochs", (0.125,)),
    ],
)
def test_an_expression_has_hyperparameters_math_and_epochs(text: str, values: tuple[float, ...]) -> None:
    assert read_objective(text)(GIVEN, 4) == pytest.approx(values)


@pytest.mark.parametrize("place", ["{module}", "{module}.py", "./{module}.py"])
def test_a_function_comes_from_a_module_or_a_file(module: str, place: str) -> None:
    assert read_objective(f"{place.format(module=module)}:score")(GIVEN, 4) == (0.5,)
    assert read_objective(f"{place.format(module=module)}:curve")(GIVEN, 4) == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("eta +", "neither a Python expression nor module:function"),
        ("etta", "'etta' is not defined; there are eta, learning_rate, lambda_, booster, epoch"),
        ("1 / 0", "raised ZeroDivisionError"),
        ("booster", "a number is needed"),
        ("open('secret')", "'open' is not defined"),
        ("nowhere:score", "No module named 'nowhere'"),
        ("nowhere.py:score", "there is no file nowhere.py"),
        ("{module}:other", "there is no function other"),
        ("{module}:number", "there is no function number"),
        ("{module}:none", "gave None"),
        ("{module}:score", "raised KeyError"),
    ],
)
def test_what_is_no_objective_is_refused_by_name(module: str, text: str, words: str) -> None:
    given = {} if words == "raised KeyError" else GIVEN
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        read_objective(text.format(module=module))(given, 4)
