"""The interval holds as often as it says, and flat curves seldom look like a gain: the benchmark's own truths."""

from __future__ import annotations

from importlib import import_module
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
LEVEL = 0.95
SLACK = 0.03
"""Laws are not lines: where the noise is very little, or the truth at an edge, somewhat fewer intervals hold."""
FALSE = 0.05
SURE = 3.0
"""Standard errors of a count."""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("growth")


def check(bench: Any, truth: Any, samples: int) -> None:
    held, verdicts = bench.outcomes(truth, samples, np.random.default_rng(samples))
    least = LEVEL - SLACK
    assert held[2] >= least - SURE * sqrt(least * (1 - least) / samples), (truth.name, held)
    if truth.b == 0:
        assert verdicts["more rows help"] <= FALSE + SURE * sqrt(FALSE * (1 - FALSE) / samples), truth.name


@pytest.mark.thorough
def test_the_interval_holds_and_a_flat_curve_is_no_gain(bench: Any) -> None:
    for truth in bench.TRUTHS:
        check(bench, truth, 150)


@pytest.mark.thorough
@pytest.mark.parametrize("place", range(3))
def test_learners_that_learn_are_predicted(bench: Any, place: int) -> None:
    learner = bench.LEARNERS[place]
    held, verdicts = bench.learned(learner, 60, np.random.default_rng(1))
    assert held >= 0.8, learner.name
    if "nothing to learn" in learner.name:
        assert verdicts["more rows help"] <= FALSE + SURE * sqrt(FALSE * (1 - FALSE) / 60)


def test_a_truth_of_each_kind_in_a_few_samples(bench: Any) -> None:
    """In the default run: that the benchmark measures at all."""
    by_name = {truth.name: truth for truth in bench.TRUTHS}
    for name in ("falls, c 0.5; noise", "flat; noise that fades, one on all rows"):
        check(bench, by_name[name], 20)
    lines = list(bench.table(bench.TRUTHS[:1], bench.LEARNERS[:1], (1, 1, 1)))
    assert len(lines) == 4
    assert all(line.count("|") == 9 for line in lines)
