"""What is tried next, who is stopped early, and when a tuning job has done enough: decided from its history alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from local_jobs import script_spec

from smtune.local.attempt import Chooser
from smtune.local.closing import closing, is_hopeless, met_criterion
from smtune.local.early import find_judge
from smtune.local.history import History
from smtune.local.parents import parent_of
from smtune.local.planning import all_hyperparameters
from smtune.local.records import TrainingJob, TuningJob
from smtune.request import to_request
from smtune.spec import TuningSpec

CATEGORIES = {"a": {"values": ["1", "2"]}, "b": {"values": ["x", "y", "z"]}}
HYPERBAND = {"strategy": "hyperband", "hyperband": {"min_resource": 1, "max_resource": 9}}


def tuning_job(**changes: Any) -> TuningJob:
    request = to_request(script_spec(**{"limits": {"jobs": 30, "parallel": 3}, **changes}))
    return TuningJob("toy", request, created=0.0, modified=0.0)


def training(number: int, value: float | None, **changes: Any) -> TrainingJob:
    status = "InProgress" if value is None else "Completed"
    known: dict[str, Any] = {"config": {"dose": f"0.{number:02d}"}, "status": status, "objective": value}
    known |= {"created": 0.0, "modified": 0.0, "ended": None if value is None else float(number)}
    return TrainingJob(f"toy-{number:03d}", "toy", number, **{**known, **changes})


def history(*jobs: TrainingJob, curves: Mapping[int, Sequence[float]] | None = None) -> History:
    made = History(jobs)
    for number, values in (curves or {}).items():
        made.observe(number, values)
    return made


# several algorithms


def several(**changes: Any) -> TuningJob:
    part = script_spec().model_dump(exclude_none=True, include={"algorithm", "metrics", "objective"})
    objective = part.pop("objective")
    algorithms = [
        {"name": "wide", **part, "hyperparameters": {"dose": {"min": 0.0, "max": 1.0}}},
        {"name": "narrow", **part, "hyperparameters": {"dose": {"min": 0.4, "max": 0.5}}},
    ]
    fields = {"name": "toy", "algorithms": algorithms, "objective": objective, "strategy": "random", "seed": 7}
    limits = {"limits": {"jobs": 30, "parallel": 3}}
    request = to_request(TuningSpec.model_validate({**fields, **limits, **changes}))
    return TuningJob("toy", request, created=0.0, modified=0.0)


def test_several_algorithms_take_turns_and_each_has_its_own_ranges_and_seed() -> None:
    job, tried = several(), history()
    chooser = Chooser(job, tried)
    for number in range(1, 7):
        attempt = chooser.next()
        tried.put(training(number, 0.5, config=attempt.config, definition=attempt.definition))

    by_name: dict[str | None, list[float]] = {"wide": [], "narrow": []}
    for each in tried.jobs():
        by_name[each.definition].append(float(each.config["dose"]))
    assert [len(doses) for doses in by_name.values()] == [3, 3]
    assert all(0.4 <= dose <= 0.5 for dose in by_name["narrow"])
    assert not all(0.4 <= dose <= 0.5 for dose in by_name["wide"])


# grids


def test_a_grid_ends_with_its_last_combination() -> None:
    job = tuning_job(strategy="grid", hyperparameters=CATEGORIES, limits={"parallel": 2})
    tried = history()
    chooser = Chooser(job, tried)
    assert chooser.most == 6
    for number in range(1, 7):
        tried.put(training(number, None, config=chooser.next().config))
    assert len({tuple(each.config.values()) for each in tried.jobs()}) == 6


# early stopping


def test_without_being_asked_nobody_is_stopped_early() -> None:
    curves = {number: [1.0, 1.0, 1.0] for number in range(1, 5)}
    tried = history(*(training(number, 1.0) for number in range(1, 5)), training(5, None), curves=curves)
    tried.observe(5, [0.0, 0.0])
    assert find_judge(tuning_job(), tried).reason_to_stop(training(5, None)) is None


@pytest.mark.parametrize(("value", "stops"), [(0.69, True), (0.71, False)])
def test_who_is_worse_than_the_median_of_earlier_averages_is_stopped(value: float, stops: bool) -> None:
    job = tuning_job(early_stopping="auto")
    curves = {1: [0.4, 0.6], 2: [0.6, 0.8], 3: [0.8, 0.9], 4: [0.99, 0.99]}  # averages at 2: .5 .7 .85
    tried = history(*(training(number, 1.0) for number in range(1, 4)), training(4, None), curves=curves)
    tried.observe(4, [])
    current = training(4, None)
    tried.forget(4)
    tried.observe(4, [0.1, value])
    reason = find_judge(job, tried).reason_to_stop(current)
    assert (reason is not None) is stops
    if reason:
        assert "worse than the median of 3 earlier training jobs at value 2" in reason


def test_each_epoch_is_judged_once_by_what_the_others_had_then() -> None:
    tried = history(*(training(number, None) for number in range(1, 5)))
    judge = find_judge(tuning_job(early_stopping="auto"), tried)
    tried.observe(4, [0.1, 0.1])
    assert judge.reason_to_stop(training(4, None)) is None, "nobody else is there"
    for number in (1, 2, 3):
        tried.observe(number, [0.9, 0.9, 0.9])
    assert judge.reason_to_stop(training(4, None)) is None, "it has published nothing since"
    tried.observe(4, [0.1])
    assert judge.reason_to_stop(training(4, None)) is not None


def test_later_training_jobs_and_failed_ones_are_no_measure() -> None:
    job = tuning_job(early_stopping="auto")
    peers = [training(1, 1.0), training(2, 1.0), training(3, None, status="Failed"), training(5, None)]
    tried = history(*peers, training(4, None), curves={number: [0.9, 0.9] for number in (1, 2, 3, 5)})
    tried.observe(4, [0.1, 0.1])
    assert find_judge(job, tried).reason_to_stop(training(4, None)) is None, "two are too few"


def test_who_fails_or_starts_again_is_a_measure_no_more() -> None:
    job = tuning_job(early_stopping="auto")
    curves = {number: [0.9, 0.9] for number in (1, 2, 3)}
    tried = history(*(training(number, None) for number in range(1, 7)), curves=curves)
    judge = find_judge(job, tried)
    tried.observe(4, [0.1, 0.1])
    assert judge.reason_to_stop(training(4, None)) is not None
    tried.put(training(2, None, status="Failed"))
    tried.observe(5, [0.1, 0.1])
    assert "the median of 3" in str(judge.reason_to_stop(training(5, None)))
    tried.forget(3)
    tried.forget(4)
    tried.observe(6, [0.1, 0.1])
    assert judge.reason_to_stop(training(6, None)) is None, "two are too few"


# Hyperband


def test_at_a_rung_the_best_third_goes_on() -> None:
    job = tuning_job(**HYPERBAND)
    tried = history(*(training(number, None) for number in range(1, 4)))
    judge = find_judge(job, tried)
    tried.observe(1, [0.9, 0.9])
    assert judge.reason_to_stop(training(1, None)) is None, "nobody else is there"
    tried.observe(2, [0.5, 0.5])
    assert judge.reason_to_stop(training(2, None)) is None, "two are too few"
    tried.observe(3, [0.6, 0.6])
    stopped = judge.reason_to_stop(training(3, None))
    assert stopped == "Hyperband: not among the best third of the 3 that have reached value 1"
    assert judge.reason_to_stop(training(3, None)) is None, "a rung is judged once"


def test_a_first_value_may_be_the_only_one_so_nobody_is_judged_by_it_yet() -> None:
    tried = history(*(training(number, None) for number in range(1, 5)))
    judge = find_judge(tuning_job(**HYPERBAND), tried)
    for number in range(1, 5):
        tried.observe(number, [1 / number])
        assert judge.reason_to_stop(training(number, None)) is None
    tried.observe(1, [0.9])
    assert judge.reason_to_stop(training(3, None)) is not None, "now it is known that there are more"


def test_nobody_gets_more_than_the_most() -> None:
    tried = history(training(1, None))
    judge = find_judge(tuning_job(**HYPERBAND), tried)
    tried.observe(1, [0.5] * 9)
    assert judge.reason_to_stop(training(1, None)) is None, "it ends by itself now"
    tried.observe(1, [0.5])
    assert judge.reason_to_stop(training(1, None)) == "Hyperband: 9 values are the most (MaxResource)"


def test_where_the_objective_comes_at_the_end_only_the_best_third_is_trained_again_for_longer() -> None:
    job = tuning_job(strategy="hyperband", hyperparameters={"epochs": 9, "dose": {"min": 0.0, "max": 1.0}})
    tried = history(training(1, None))
    chooser = Chooser(job, tried)
    assert not chooser.retrains(), "nobody has ended"
    assert chooser.next().resource is None
    tried.put(training(1, 0.1))
    tried.observe(1, [0.1])
    assert chooser.retrains()
    for number in range(2, 40):
        attempt = chooser.next()
        value = 1 - abs(float(attempt.config["dose"]) - 0.3)
        fields = {"config": attempt.config, "resource": attempt.resource, "definition": attempt.definition}
        tried.put(training(number, value, **fields))
        tried.observe(number, [value])

    jobs = tried.jobs()[1:]
    counts = {resource: sum(each.resource == resource for each in jobs) for resource in (1, 3, 9)}
    assert counts[1] > counts[3] > 0
    assert counts[9] > 0
    again = [
        each
        for each in jobs
        if each.resource == 3 and any(each.config == low.config for low in jobs[: each.number - 2])
    ]
    assert again, "somebody was promoted"
    assert len({(tuple(each.config.items()), each.resource) for each in jobs}) == len(jobs), "and nobody twice"
    assert all_hyperparameters(job, again[0])["epochs"] == "3"
    assert all_hyperparameters(job, training(99, 0.5))["epochs"] == "9"


def test_where_the_objective_is_published_on_the_way_nobody_is_trained_again() -> None:
    job = tuning_job(strategy="hyperband", hyperparameters={"epochs": 9, "dose": {"min": 0.0, "max": 1.0}})
    tried = history(training(1, 0.5), curves={1: [0.1, 0.5]})
    chooser = Chooser(job, tried)
    assert not chooser.retrains()
    assert chooser.next().resource is None


# completion


@pytest.mark.parametrize(
    ("completion", "values", "kind"),
    [
        ({"target": 0.9}, [0.5, 0.91], "target"),
        ({"target": 0.9}, [0.5, 0.89], None),
        ({"not_improving_jobs": 3}, [0.5, 0.5, 0.4, 0.501], "not improving"),
        ({"not_improving_jobs": 3}, [0.5, 0.6, 0.4, 0.5], None),
        ({"convergence": True}, [0.5] * 21, "converged"),
        ({"convergence": True}, [0.5] * 20, None),
        ({"convergence": True}, [number / 25 for number in range(1, 26)] + [1.0] * 24, None),
    ],
)
def test_a_tuning_job_ends_when_a_criterion_is_met(
    completion: dict[str, Any], values: list[float], kind: str | None
) -> None:
    job = tuning_job(completion=completion)
    tried = history(*(training(number, value) for number, value in enumerate(values, start=1)))
    met = met_criterion(job, tried)
    assert (None if met is None else met.kind) == kind


def test_how_a_tuning_job_ends() -> None:
    job = tuning_job()
    failed = [training(number, None, status="Failed") for number in range(1, 6)]
    assert closing(job, history(training(1, 0.5))).status == "Completed"
    assert closing(job, history(*failed[:4])).reason == (
        "All training jobs failed. Please take a look at the training job failures to get more details."
    )
    assert str(closing(job, history(*failed)).reason).startswith("No training job succeeded after 5 attempts. ")


def test_what_was_stopped_with_an_objective_is_a_success_too() -> None:
    failed = [training(number, None, status="Failed") for number in range(1, 6)]
    assert is_hopeless(history(*failed))
    assert not is_hopeless(history(*failed, training(6, 0.5, status="Stopped")))
    assert closing(tuning_job(), history(*failed, training(6, 0.5, status="Stopped"))).status == "Completed"


# warm starts


def test_a_parent_s_training_jobs_are_known_as_far_as_they_lie_in_the_ranges() -> None:
    parent = tuning_job()
    tried = [training(number, 1 - abs(number / 20 - 0.3), config={"dose": str(number / 20)}) for number in range(1, 20)]
    child = tuning_job(
        strategy="bayesian",
        hyperparameters={"rounds": 3, "dose": {"min": 0.1, "max": 0.6}},
        warm_start={"parents": ["toy"], "type": "identical"},
    )
    known = parent_of(child.request, parent, [*tried, training(20, None)])
    assert known.is_same
    assert known.best == "toy-006"
    assert len(known.tried) == 19
    attempt = Chooser(child, history(), [known]).next()
    assert abs(float(attempt.config["dose"]) - 0.3) < 0.1, "from the first on it searches where the parent was best"
    assert attempt.config["dose"] not in {each.config["dose"] for each in tried}


# Autotune


def test_autotune_fills_in_what_is_open_and_keeps_what_is_said() -> None:
    hints = {"dose": {"hint": 0.1}, "depth": {"hint": 8}, "kind": {"hint": "tree"}, "rate": {"min": 0.1, "max": 0.2}}
    job = tuning_job(autotune=True, hyperparameters=hints, limits={"parallel": 2})
    (definition,) = job.definitions
    assert definition.ranges["ContinuousParameterRanges"][1] == {
        "Name": "dose",
        "MinValue": "0.01",
        "MaxValue": "1.0",
        "ScalingType": "Auto",
    }
    assert definition.ranges["IntegerParameterRanges"] == [
        {"Name": "depth", "MinValue": "2", "MaxValue": "32", "ScalingType": "Auto"}
    ]
    assert definition.ranges["CategoricalParameterRanges"] == [{"Name": "kind", "Values": ["tree"]}]
    assert job.config["ResourceLimits"] == {"MaxParallelTrainingJobs": 2, "MaxNumberOfTrainingJobs": 100}
    assert job.config["TrainingJobEarlyStoppingType"] == "Auto"
    assert set(Chooser(job, history()).next().config) == {"dose", "depth", "kind", "rate"}
    kept = tuning_job(autotune=True, hyperparameters=hints, limits={"jobs": 7, "parallel": 2}, early_stopping="off")
    assert kept.config["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 7
    assert kept.config["TrainingJobEarlyStoppingType"] == "Off"
