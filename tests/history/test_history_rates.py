"""False alarms in at most 5 % of histories of known truth, and what is there is found: the benchmark's cases."""

from __future__ import annotations

from importlib import import_module
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
HISTORIES, FEW = 50, 20
FALSE = 0.05
_SURE = 3.0
"""Standard errors of a count: a right rate is outside of them once in a thousand tests."""
FOUND = {
    ("importance", "nine tenths of the variance"): {20: (0.9, 0.7), 50: (0.95, 0.9)},
    ("edge", "nine tenths of the variance"): {20: (0.75, 0.9), 50: (0.9, 0.95)},
    ("still falling", "falls to the end"): {20: (0.95, 0.0), 50: (0.95, 0.0), 200: (0.95, 0.0)},
    ("overfitting", "rises by a fifth"): {20: (0.9, 0.0), 50: (0.95, 0.0), 200: (0.95, 0.0)},
    ("plateau", "noise as large as all effects"): {50: (0.9, 0.45)},
}
"""(question, truth) -> for each size that is claimed the least share that is found, by random and adaptive searches."""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("history")


@pytest.mark.thorough
@pytest.mark.parametrize("adaptive", [False, True], ids=["random", "adaptive"])
@pytest.mark.parametrize("question", ["importance", "edge", "plateau", "still falling", "overfitting"])
def test_what_is_not_there_is_seldom_seen_and_what_is_there_is_found(bench: Any, question: str, adaptive: bool) -> None:
    count = FEW if question == "importance" else HISTORIES  # a third of a second each
    for case in (each for each in bench.cases() if each.question == question):
        if adaptive in case.searches:
            for size in case.sizes:
                share = bench.rate(case, size, adaptive, count) / count
                at = (case.truth, adaptive, size, share)
                if not case.is_there:
                    assert share <= FALSE + _SURE * sqrt(FALSE * (1 - FALSE) / count), at
                elif size in FOUND.get((question, case.truth), {}):
                    least = FOUND[question, case.truth][size][adaptive]
                    assert share >= least - _SURE * sqrt(least * (1 - least) / count), at


def test_a_case_of_each_kind_is_decided(bench: Any) -> None:
    """A few histories, in the default run: that the benchmark measures at all."""
    by_truth = {(each.question, each.truth): each for each in bench.cases()}
    assert bench.rate(by_truth["edge", "nine tenths of the variance"], 50, False, 5) >= 3
    assert bench.rate(by_truth["edge", "nothing matters"], 50, False, 5) <= 1
    assert bench.rate(by_truth["still falling", "falls to the end"], 50, False, 5) == 5
    assert bench.rate(by_truth["overfitting", "flat"], 50, False, 5) <= 1
