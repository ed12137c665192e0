"""smtune diagnose: the four published cases, and what cannot be used."""

from __future__ import annotations

import json

import pytest

from smtune.cli import main


def codes(capsys: pytest.CaptureFixture[str], *errors: str) -> list[str]:
    names = ("--human-error", "--train-error", "--validation-error", "--test-error")
    arguments = [word for pair in zip(names, errors, strict=False) for word in pair]
    assert main(["diagnose", *arguments, "-o", "json"]) == 0
    return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        (("0.01", "0.05", "0.06"), ["high_bias"]),
        (("0.01", "0.02", "0.06"), ["high_variance"]),
        (("0.01", "0.05", "0.10"), ["high_bias", "high_variance"]),
        (("1%", "5%", "6%", "10%"), ["data_mismatch", "high_bias"]),
        (("1%", "1%", "1%", "1%"), []),
    ],
)
def test_the_cases(errors: tuple[str, ...], expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, *errors) == expected


def test_text_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "--human-error", "1%", "--train-error", "5%", "--validation-error", "6%"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("High bias\n")
    assert shown.err == ""


def test_an_algorithm_names_its_hyperparameters(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diagnose", "--train-error", "1%", "--validation-error", "9%", "--algorithm"]
    assert main([*arguments, "xgboost"]) == 0
    assert "lambda up" in capsys.readouterr().out
    assert main([*arguments, "nope"]) == 2


@pytest.mark.parametrize("value", ["5", "-0.1", "abc", "nan", "120%", ""])
def test_a_value_that_is_no_rate_is_named_by_its_option(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", f"--train-error={value}", "--validation-error", "6%"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: --train-error is ")


def test_more_errors_and_how_the_sets_were_drawn_change_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def found(*more: str) -> list[str]:
        assert main(["diagnose", "--train-error", "1%", "--validation-error", "9%", *more, "-o", "json"]) == 0
        return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]

    assert found() == ["high_variance"]
    assert found("--train-dev-error", "1%") == ["data_mismatch"]
    assert found("--test-error", "20%") == ["data_mismatch", "high_variance"]
    assert found("--test-error", "20%", "--one-pool") == ["high_variance"]
