"""benchmarks/compare.py: `smtune data compare` is wrong as seldom as it says, and finds what is planted."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    return import_module("compare")


@pytest.mark.thorough
@pytest.mark.parametrize("number", [0, 1, 2])
def test_false_alarms_are_as_rare_as_promised(compare: Any, number: int) -> None:
    # Of 40 comparisons with a chance of 5 % each, 7 or more are false alarms in 0.3 % of all series.
    found = compare.rates(compare.NULLS[number], 40)
    assert found.any * found.runs <= 6


@pytest.mark.thorough
def test_what_no_column_shows_by_itself_is_found(compare: Any) -> None:
    found = compare.rates(compare.Case("two columns go together", (1000, 1000), compare.joint), 10)
    assert found.classifier >= 0.8
    assert found.columns <= 0.2


def test_the_benchmark_prints_a_row_for_each_case(
    compare: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compare, "NULLS", (compare.Case("nothing", (30, 30), compare.nothing),))
    monkeypatch.setattr(compare, "PLANTED", (compare.Case("older", (60, 60), lambda b, _: b.assign(x1=9.0)),))
    monkeypatch.setattr("sys.argv", ["compare.py", "--runs", "1"])
    compare.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "| nothing | 30 and 30 | 0.0 % | 0.0 % | 0.0 % | 1 |"
    assert lines[3].startswith("| older | 60 and 60 | 100.0 % | 100.0 % |")


def test_what_is_planted_in_two_columns_leaves_each_as_it_was(compare: Any) -> None:
    random = np.random.default_rng(0)
    frame = compare.rows_of(20_000, random)
    together = compare.joint(frame, random)
    assert frame["x3"].std() == pytest.approx(together["x3"].std(), rel=0.02)
    assert frame["x3"].mean() == pytest.approx(together["x3"].mean(), abs=0.02)
    assert together["x2"].corr(together["x3"]) == pytest.approx(0.7, abs=0.02)
