"""When something is stopped early: a training job by the median rule or at a rung, a tuning job by its criteria."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.search.completion import is_on_target, is_stagnant, jobs_without_improvement
from smtune.search.halving import Halving, is_eliminated, rung_reached
from smtune.search.median import is_left_behind

PEERS = [[0.5, 0.3, 0.1], [0.6, 0.4, 0.2], [0.9, 0.9, 0.9]]  # running averages at 2: 0.4, 0.5, 0.9


@pytest.mark.parametrize(
    ("curve", "stops"),
    [([0.9, 0.49], False), ([0.2, 0.51], True), ([0.9, 0.5], False), ([9.0], False), ([0.1, 0.1, 0.45], True)],
    ids=["better", "worse, whatever came before", "just as good", "its first value", "later, the others are better"],
)
def test_who_is_worse_than_the_median_of_the_running_averages_is_left_behind(curve: list[float], stops: bool) -> None:
    assert is_left_behind(curve, PEERS, maximize=False) is stops
    flipped = [[-value for value in peer] for peer in PEERS]
    assert is_left_behind([-value for value in curve], flipped, maximize=True) is stops


def test_fewer_than_three_others_at_this_epoch_are_too_few_to_judge_by() -> None:
    assert not is_left_behind([1.0, 1.0], PEERS[:2], maximize=False)
    assert not is_left_behind([1.0] * 4, PEERS, maximize=False)


def test_a_bracket_has_every_rung_below_the_most_from_its_first() -> None:
    assert Halving(1, 27).brackets == ((1, 3, 9), (3, 9), (9,), ())
    assert Halving(5, 20).brackets == ((5, 15), (15,), ())
    assert Halving(4, 4).brackets == ((),)


def test_brackets_come_in_turn_and_each_may_use_about_as_much() -> None:
    halving = Halving(1, 27)
    counts = Counter(halving.bracket(number) for number in range(1, 50))
    assert [counts[rungs] for rungs in halving.brackets] == [27, 12, 6, 4]
    assert len({halving.bracket(number) for number in range(1, 10)}) == 4, "each has a member early"


@given(st.integers(1, 50), st.integers(0, 2000))
def test_whatever_the_resources_are_there_is_a_bracket_for_everybody(least: int, more: int) -> None:
    halving = Halving(least, least + more)
    for number in range(1, 60):
        rungs = halving.bracket(number)
        assert all(least <= rung < least + max(more, 1) for rung in rungs)
        assert list(rungs) == sorted(set(rungs))


@pytest.mark.parametrize(
    ("value", "others", "out"),
    [
        (5.0, [], False),
        (5.0, [1.0], False),
        (5.0, [1.0, 2.0], True),
        (1.0, [5.0, 2.0], False),
        (1.5, [1, 2, 3, 4, 5], False),
    ],
    ids=["the first", "the second", "the worst of three", "the best of three", "second of six"],
)
def test_the_best_third_at_a_rung_goes_on(value: float, others: list[float], out: bool) -> None:
    assert is_eliminated(value, others, maximize=False) is out
    assert is_eliminated(-value, [-other for other in others], maximize=True) is out


def test_a_rung_is_reached_once() -> None:
    assert rung_reached((1, 3, 9), 0, 2) == 1
    assert rung_reached((1, 3, 9), 1, 2) is None
    assert rung_reached((1, 3, 9), 0, 10) == 9, "values that come together are judged at the highest"


@pytest.mark.parametrize(
    ("best", "maximize", "done"), [(0.95, True, True), (0.89, True, False), (0.89, False, True), (None, True, False)]
)
def test_a_target_is_reached_or_not(best: float | None, maximize: bool, done: bool) -> None:
    assert is_on_target(best, {"TargetObjectiveMetricValue": 0.9}, maximize=maximize) is done
    assert not is_on_target(best, {}, maximize=maximize)


def test_less_than_one_percent_is_no_improvement_but_adds_up() -> None:
    assert jobs_without_improvement([1.0, 0.995, 0.992], maximize=False) == 2
    assert jobs_without_improvement([1.0, 0.995, 0.989], maximize=False) == 0
    assert jobs_without_improvement([0.0, 0.0, 0.1], maximize=True) == 0
    assert jobs_without_improvement([-1.0, -0.98], maximize=True) == 0
    assert jobs_without_improvement([None, None], maximize=True) == 2


def test_a_job_is_stagnant_after_as_many_as_it_says() -> None:
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    assert not is_stagnant([1.0, 1.0, 1.0], criteria, maximize=False)
    assert is_stagnant([1.0, 1.0, None, 2.0], criteria, maximize=False)
    assert not is_stagnant([1.0] * 9, {}, maximize=False)
