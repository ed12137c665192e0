"""How many training jobs really run, and in how many rounds."""

from __future__ import annotations

from typing import Any

import pytest
from plan_requests import definition, request

from smtune.estimate.jobs import count_jobs


def choices(**values: int) -> dict[str, Any]:
    items = [{"Name": name, "Values": [str(value) for value in range(count)]} for name, count in values.items()]
    return {"CategoricalParameterRanges": items}


def test_jobs_run_in_rounds_of_as_many_as_run_at_once() -> None:
    jobs = count_jobs(request(jobs=10, parallel=4))
    assert (jobs.number, jobs.parallel, jobs.rounds) == (10, 4, 3)
    assert jobs.reasons == ("MaxNumberOfTrainingJobs is 10",)


def test_no_more_run_at_once_than_there_are() -> None:
    jobs = count_jobs(request(jobs=3, parallel=10))
    assert (jobs.parallel, jobs.rounds) == (3, 1)


def test_a_grid_is_the_product_of_its_choices() -> None:
    jobs = count_jobs(request(jobs=None, parallel=5, Strategy="Grid", ParameterRanges=choices(a=3, b=4)))
    assert (jobs.number, jobs.rounds) == (12, 3)
    assert jobs.reasons == ("the grid has 12 configurations, each tried once",)


def test_grids_of_several_algorithms_add_up() -> None:
    items = [definition(HyperParameterRanges=choices(a=3, b=4)), definition(HyperParameterRanges=choices(a=5))]
    assert count_jobs(request(*items, jobs=None, Strategy="Grid")).number == 17


def test_a_grid_is_never_more_than_the_jobs_asked_for() -> None:
    jobs = count_jobs(request(jobs=10, Strategy="Grid", ParameterRanges=choices(a=3, b=4)))
    assert jobs.number == 10
    assert "MaxNumberOfTrainingJobs is 10" in jobs.reasons


def test_a_grid_over_a_range_of_numbers_has_no_size() -> None:
    ranges = {**choices(a=3), "IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "9"}]}
    assert count_jobs(request(jobs=None, Strategy="Grid", ParameterRanges=ranges)).number is None


def test_other_strategies_do_not_multiply() -> None:
    assert count_jobs(request(jobs=7, ParameterRanges=choices(a=2))).number == 7


@pytest.mark.parametrize(
    ("limits", "bounded"),
    [({"jobs": 1}, True), ({"jobs": None, "runtime": 600}, True), ({"jobs": None}, False)],
)
def test_jobs_without_a_number_are_bounded_by_time_or_not_at_all(limits: dict[str, Any], bounded: bool) -> None:
    jobs = count_jobs(request(**limits))
    assert jobs.is_bounded is bounded
    assert (jobs.rounds is None) is (limits["jobs"] is None)


def test_what_may_end_it_sooner_is_said() -> None:
    criteria = {
        "TargetObjectiveMetricValue": 0.95,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
    }
    jobs = count_jobs(request(TuningJobCompletionCriteria=criteria, TrainingJobEarlyStoppingType="Auto"))
    assert [" ".join(sentence.split()[:6]) for sentence in jobs.sooner] == [
        "the tuning job ends once the",
        "the tuning job ends after 5",
        "the tuning job ends once the",
        "early stopping ends training jobs that",
    ]
    assert "0.95" in jobs.sooner[0]


def test_criteria_that_are_off_end_nothing() -> None:
    criteria = {"ConvergenceDetected": {"CompleteOnConvergence": "Disabled"}}
    assert count_jobs(request(TuningJobCompletionCriteria=criteria, TrainingJobEarlyStoppingType="Off")).sooner == ()


def test_algorithms_share_the_jobs_and_autotune_may_choose() -> None:
    jobs = count_jobs({**request(definition(), definition()), "Autotune": {"Mode": "Enabled"}})
    assert any("2 algorithms share them" in reason for reason in jobs.reasons)
    assert any("autotune" in reason for reason in jobs.reasons)
