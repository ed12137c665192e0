"""verify_best on a played service: which training jobs are created, and that each is created once."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from smtune.errors import JobError, ServiceError, UsageError, WaitTimeoutError
from smtune.job import TuningJob
from smtune.patience import Terms
from smtune.testing.service import LocalService
from smtune.verify import Carry, VerifyOptions, VerifyPlan, carry_out, plan_verification, stop_repeats, verify_best

SKILL = {0: 0.9, 1: 0.9, 2: 0.5}
REQUEST: dict[str, Any] = {
    "HyperParameterTuningJobName": "toy",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Grid",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"CategoricalParameterRanges": [{"Name": "kind", "Values": ["0", "1", "2"]}]},
    },
    "TrainingJobDefinition": {
        "StaticHyperParameters": {"seed": "1"},
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "score", "Regex": "score=(\\S+)"}],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/R",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "Environment": {"API_TOKEN": "hush-hush"},
    },
    "Tags": [{"Key": "team", "Value": "red"}],
}


def curve(hyperparameters: Mapping[str, Any]) -> float:
    draw = random.Random(int(hyperparameters["seed"]) * 10 + int(hyperparameters["kind"]))  # noqa: S311
    return SKILL[int(hyperparameters["kind"])] + 0.02 * draw.gauss(0, 1)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    with LocalService(tmp_path / "service") as service, service.sleeping():
        service.script(curve=curve)
        yield service


def tuned(service: LocalService, **changes: Any) -> None:
    request = copy.deepcopy(REQUEST)
    request["TrainingJobDefinition"] |= changes
    client: Any = service.session.client("sagemaker")
    client.create_hyper_parameter_tuning_job(**request)
    service.finish()


def played(service: LocalService) -> Terms:
    """By the service's clock."""

    def now() -> float:
        return service.now.timestamp()

    return Terms(clock=now)


def created(service: LocalService) -> list[dict[str, Any]]:
    return service.calls("CreateTrainingJob")


def test_the_best_are_retrained_as_they_were_but_for_the_seed(service: LocalService) -> None:
    tuned(service)
    plan = plan_verification(service.session, "toy")
    assert created(service) == [], "a plan starts nothing"
    assert (len(plan.to_start), plan.parallel, plan.seconds) == (15, 2, 15 * 60.0)
    assert plan.money is not None
    assert plan.money > 0
    found = TuningJob("toy", service.session).verify_best()
    requests = created(service)
    assert len(requests) == len({request["TrainingJobName"] for request in requests}) == 15
    for request in requests:
        definition = REQUEST["TrainingJobDefinition"]
        for member in ("RoleArn", "OutputDataConfig", "ResourceConfig", "StoppingCondition", "Environment"):
            assert request[member] == definition[member]
        assert request["HyperParameters"]["_tuning_objective_metric"] == "score"
        assert {"Key": "team", "Value": "red"} in request["Tags"]
    kinds = [item.hyperparameters["kind"] for item in found.plan.configurations]
    by_kind = {
        kind: {item["HyperParameters"]["seed"] for item in requests if item["HyperParameters"]["kind"] == str(kind)}
        for kind in kinds
    }
    assert len({frozenset(seeds) for seeds in by_kind.values()}) == 1, "all have the same seeds"
    assert len(by_kind[kinds[0]] - {"1"}) == 5
    assert (found.judgement.kind, found.judgement.tied, found.judgement.method) == ("tied", (1, 2), "paired")
    assert found.judgement.standings[2].p == pytest.approx(0, abs=0.001)
    text = json.dumps(found.to_dict())
    assert "hush-hush" not in text + repr(found)
    assert json.loads(text)["cannot_be_told_apart"] == [1, 2]


def test_what_is_there_is_found_and_more_is_added(service: LocalService) -> None:
    tuned(service)
    two = VerifyOptions(top=2, repeats=2)
    first = verify_best(service.session, "toy", two)
    assert len(created(service)) == 4
    assert verify_best(service.session, "toy", two) == first
    assert len(created(service)) == 4
    more = verify_best(service.session, "toy", VerifyOptions(top=3, repeats=3))
    assert len(created(service)) == 9
    assert more.plan.configurations[0].repeats[:2] == first.plan.configurations[0].repeats
    anew = verify_best(service.session, "toy", VerifyOptions(top=2, repeats=2, is_new=True))
    assert (anew.plan.attempt, len(created(service))) == (1, 13)
    again = verify_best(service.session, "toy", two)
    assert (again.plan.attempt, len(created(service))) == (1, 13), "the latest is what is looked at"


class KilledError(Exception):
    pass


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("looks", [1, 3, 5])
def test_killed_anywhere_the_next_run_finishes_it(service: LocalService, looks: int, is_new: bool) -> None:
    tuned(service)
    options = VerifyOptions(top=2, repeats=2, is_new=is_new)
    seen: list[VerifyPlan] = []

    def heard(plan: VerifyPlan) -> None:
        seen.append(plan)
        if len(seen) > looks:
            raise KilledError

    with pytest.raises(KilledError):
        verify_best(service.session, "toy", options, Carry(heard=heard))
    found = verify_best(service.session, "toy", options)
    names = [request["TrainingJobName"] for request in created(service)]
    assert len(names) == len(set(names)) == 4
    assert found.plan.is_over
    assert found.plan.attempt == 0


def test_an_answer_that_was_lost_and_a_throttled_service_make_no_double(service: LocalService) -> None:
    tuned(service)
    service.fail("CreateTrainingJob", "InternalFailure", "lost", 12, status=500)
    service.throttle("DescribeTrainingJob", 12)
    found = verify_best(service.session, "toy", VerifyOptions(top=1, repeats=2))
    listed: Any = service.session.client("sagemaker")
    names = [item["TrainingJobName"] for item in listed.list_training_jobs(NameContains="-v0")["TrainingJobSummaries"]]
    assert sorted(names) == sorted(repeat.training_job for repeat in found.plan.repeats)
    assert found.judgement.kind == "alone"


def test_never_more_at_once_than_was_said(service: LocalService) -> None:
    tuned(service)
    most = []
    how: Carry[VerifyPlan] = Carry(heard=lambda plan: most.append(sum(repeat.is_running for repeat in plan.repeats)))
    verify_best(service.session, "toy", VerifyOptions(top=2, repeats=3, parallel=3), how)
    assert max(most) == 3


def test_a_quota_that_is_full_is_waited_for_while_something_runs(service: LocalService) -> None:
    tuned(service)
    plan = plan_verification(service.session, "toy", VerifyOptions(top=1, repeats=2, parallel=1))
    service.fail("CreateTrainingJob", "ResourceLimitExceeded", "no instances")
    with pytest.raises(ServiceError, match="no instances"):
        carry_out(service.session, plan)
    begun = carry_out(service.session, plan, Carry(wait=False))
    assert [repeat.status for repeat in begun.repeats] == ["InProgress", "NotStarted"]
    wide = plan_verification(service.session, "toy", VerifyOptions(top=1, repeats=2, parallel=2))
    service.fail("CreateTrainingJob", "ResourceLimitExceeded", "no instances")
    assert carry_out(service.session, wide).is_over


def test_without_waiting_it_starts_what_there_is_room_for(service: LocalService) -> None:
    tuned(service)
    options = VerifyOptions(top=2, repeats=2)
    found = verify_best(service.session, "toy", options, Carry(wait=False))
    assert found.judgement.kind == "too few"
    assert sum(repeat.is_running for repeat in found.plan.repeats) == 2
    late = verify_best(service.session, "toy", options, Carry(timeout=10, terms=played(service)))
    assert not late.plan.is_over
    assert stop_repeats(service.session, "toy") != ()
    service.advance(300)
    assert stop_repeats(service.session, "toy") == ()
    ended = plan_verification(service.session, "toy", options)
    assert {repeat.status for repeat in ended.repeats} == {"Stopped", "NotStarted"}
    assert ended.repeats[0].value is None, "what was stopped is no measurement"


def test_failed_repeats_are_there_with_their_reason(service: LocalService) -> None:
    tuned(service)
    service.script(fails=lambda values: "AlgorithmError: boom" if int(values["seed"]) % 2 else None)
    found = verify_best(service.session, "toy", VerifyOptions(top=2, repeats=8))
    failed = [repeat for repeat in found.plan.repeats if repeat.status == "Failed"]
    assert 0 < len(failed) < 16
    assert all("boom" in str(repeat.reason) and repeat.value is None for repeat in failed)
    assert any("repeats ended without an objective" in sentence for sentence in found.sentences)


def test_nothing_starts_where_nothing_would_be_learned(service: LocalService) -> None:
    service.script(curve=lambda values: 0.1 * int(values["kind"]))
    tuned(service, StaticHyperParameters={"depth": "3"})
    with pytest.raises(UsageError, match="--seed-hyperparameter NAME"):
        plan_verification(service.session, "toy")
    own = plan_verification(service.session, "toy", VerifyOptions(seed_hyperparameter="draw"))
    assert {request["HyperParameters"]["draw"] for request in own.requests.values()} == {
        str(repeat.seed) for repeat in own.repeats
    }
    free = plan_verification(service.session, "toy", VerifyOptions(is_unseeded=True))
    assert not free.seeds_shared
    assert {repeat.seed for repeat in free.repeats} == {None}
    assert len(set(free.requests)) == 15
    assert created(service) == []


@pytest.mark.parametrize(
    "options",
    [
        VerifyOptions(top=0),
        VerifyOptions(repeats=1),
        VerifyOptions(parallel=-1),
        VerifyOptions(seed_hyperparameter="seed", is_unseeded=True),
    ],
)
def test_options_that_make_no_sense_are_refused(service: LocalService, options: VerifyOptions) -> None:
    with pytest.raises(UsageError):
        plan_verification(service.session, "toy", options)


def test_a_job_that_runs_or_has_no_objective_is_refused(service: LocalService) -> None:
    service.script(fails="no")
    client: Any = service.session.client("sagemaker")
    client.create_hyper_parameter_tuning_job(**REQUEST)
    with pytest.raises(UsageError, match="smtune wait toy"):
        plan_verification(service.session, "toy")
    service.finish()
    with pytest.raises(JobError, match="no training job with an objective"):
        plan_verification(service.session, "toy")


def test_of_several_algorithms_each_is_retrained_with_its_own_seed(service: LocalService) -> None:
    request = copy.deepcopy(REQUEST)
    one = request.pop("TrainingJobDefinition")
    config = request["HyperParameterTuningJobConfig"]
    config["Strategy"] = "Random"
    config["ResourceLimits"]["MaxNumberOfTrainingJobs"] = 6
    goal = {"TuningObjective": config.pop("HyperParameterTuningJobObjective")}
    ranges = {"HyperParameterRanges": config.pop("ParameterRanges")}
    request["TrainingJobDefinitions"] = [
        {**one, **goal, **ranges, "DefinitionName": "first", "StaticHyperParameters": {"seed": "1"}},
        {**one, **goal, **ranges, "DefinitionName": "second", "StaticHyperParameters": {"random_state": "1"}},
    ]
    service.script(curve=lambda values: 0.1 * int(values["kind"]) + 0.01 * ("seed" in values))
    client: Any = service.session.client("sagemaker")
    client.create_hyper_parameter_tuning_job(**request)
    service.finish()
    plan = plan_verification(service.session, "toy", VerifyOptions(top=6, repeats=2))
    assert {item.definition for item in plan.configurations} == {"first", "second"}
    for item in plan.configurations:
        own = "seed" if item.definition == "first" else "random_state"
        assert plan.seeds[item.training_job] == own
        values = plan.requests[item.repeats[0].training_job]["HyperParameters"]
        assert set(values) == {own, "kind", "_tuning_objective_metric"}
    assert carry_out(service.session, plan).is_over


def test_a_wait_that_gets_no_answer_ends(service: LocalService) -> None:
    tuned(service)
    plan = plan_verification(service.session, "toy", VerifyOptions(top=1, repeats=2))
    service.throttle("CreateTrainingJob", 500)
    with pytest.raises(WaitTimeoutError):
        carry_out(service.session, plan, Carry(timeout=100, terms=played(service)))
