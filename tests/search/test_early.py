"""When something is stopped early: a training job by the median rule or at a rung, a tuning job by its criteria."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.search.completion import has_converged, is_on_target, is_stagnant, jobs_without_improvement
from smtune.search.halving import Halving, Result, is_eliminated, promoted, rung_reached
from smtune.search.median import Averages, is_left_behind


@pytest.mark.parametrize(
    ("value", "averages", "stops"),
    [(0.49, [0.4, 0.5, 0.9], False), (0.51, [0.4, 0.5, 0.9], True), (0.5, [0.4, 0.5, 0.9], False)],
    ids=["better", "worse", "just as good"],
)
def test_who_is_worse_than_the_median_of_the_running_averages_is_left_behind(
    value: float, averages: list[float], stops: bool
) -> None:
    assert is_left_behind(value, 2, averages, maximize=False) is stops
    assert is_left_behind(-value, 2, [-each for each in averages], maximize=True) is stops


def test_the_first_value_is_no_reason_and_two_others_are_too_few() -> None:
    assert not is_left_behind(9.0, 1, [0.1, 0.1, 0.1], maximize=False)
    assert not is_left_behind(9.0, 2, [0.1, 0.1], maximize=False)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0.1, 0.2, 0.5, float("nan")]), st.booleans())),
    st.integers(1, 9),
)
def test_averages_are_kept_as_they_come_and_go(changes: list[tuple[int, float, bool]], number: int) -> None:
    averages, plain = Averages(), dict[int, float]()
    for at, value, comes in changes:
        if comes:
            averages.put(at, value)
            plain |= {} if math.isnan(value) or at in plain else {at: value}
        else:
            averages.drop(at)
            plain.pop(at, None)
    assert averages.before(number) == sorted(value for at, value in plain.items() if at < number)


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


def test_the_best_third_of_a_level_is_promoted_once_and_from_the_highest_level_first() -> None:
    low = [Result(number, 1, value) for number, value in enumerate([0.9, 0.1, 0.8, 0.2, 0.3, 0.7], start=1)]
    assert promoted(low[:2], (1, 3, 9), (), maximize=True) is None, "two are too few"
    assert promoted(low, (1, 3, 9), (), maximize=True) == (low[0], 3)
    assert promoted(low, (1, 3, 9), {(1, 1)}, maximize=True) == (low[2], 3)
    assert promoted(low, (1, 3, 9), {(1, 1), (3, 1)}, maximize=True) is None
    assert promoted(low, (1, 3, 9), (), maximize=False) == (low[1], 3)
    high = [Result(number, 3, value) for number, value in ((7, 0.5), (8, 0.4), (9, 0.6))]
    assert promoted([*low, *high], (1, 3, 9), (), maximize=True) == (high[2], 9)
    assert promoted([Result(10, 9, 1.0)] * 9, (1, 3, 9), (), maximize=True) is None, "there is no more to give"


def test_what_diverged_is_the_worst_and_no_measure_for_others() -> None:
    nan = float("nan")
    assert is_eliminated(nan, [1.0, 2.0], maximize=True)
    assert not is_eliminated(nan, [1.0], maximize=True), "too few to judge by"
    assert not is_eliminated(1.0, [nan, nan], maximize=False)
    assert is_left_behind(nan, 2, [0.1, 0.2, 0.3], maximize=True)
    assert not is_left_behind(0.1, 2, [0.2, 0.3, nan], maximize=True), "two are too few"


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


def test_half_of_the_training_jobs_in_vain_and_twenty_at_least_are_convergence() -> None:
    assert not has_converged([1.0] * 20, maximize=False)
    assert has_converged([1.0] * 21, maximize=False)
    better = [1.0 / number for number in range(1, 31)]
    assert not has_converged([*better, *[1.0] * 29], maximize=False)
    assert has_converged([*better, *[1.0] * 30], maximize=False)
