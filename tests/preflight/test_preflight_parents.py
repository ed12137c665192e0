"""A warm start's parents, as SageMaker describes them."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from aws_account import ACCOUNT, BUCKET, REGION, Account, by_name, definition, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.parents import parents

Json = dict[str, Any]


def starting_from(*names: str) -> Json:
    listed = [{"HyperParameterTuningJobName": name} for name in names]
    warm = {"ParentHyperParameterTuningJobs": listed, "WarmStartType": "IdenticalDataAndAlgorithm"}
    return tuning_request(WarmStartConfig=warm)


def description(status: str = "Completed", request: Json | None = None) -> Json:
    return {
        **copy.deepcopy(request or tuning_request()),
        "HyperParameterTuningJobStatus": status,
        "CreationTime": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    }


def looked(account: Account, request: Json) -> dict[str, Check]:
    return by_name(parents(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT, bucket=BUCKET)))


def test_a_parent_that_has_ended_and_is_alike_is_ok(account: Account) -> None:
    account.tuning_jobs["old"] = description()

    found = looked(account, starting_from("old"))

    assert {name: check.state for name, check in found.items()} == {"warm start": "ok"}
    assert "old" in found["warm start"].detail


def test_without_a_warm_start_nothing_is_asked(account: Account) -> None:
    assert looked(account, tuning_request()) == {}
    assert account.calls == []


def test_a_parent_that_is_not_there_fails(account: Account) -> None:
    check = looked(account, starting_from("absent"))["parent absent"]

    assert check.state == "failed"
    assert check.fix == "aws sagemaker list-hyper-parameter-tuning-jobs --region us-east-1"


def test_a_parent_that_runs_fails_under_the_rules_id(account: Account) -> None:
    account.tuning_jobs["old"] = description("InProgress")

    check = looked(account, starting_from("old"))["warm start R27"]

    assert check.state == "failed"
    assert check.fix == "wait for it, or stop it: smtune stop old"


def test_a_parent_with_another_environment_fails(account: Account) -> None:
    account.tuning_jobs["old"] = description(request=tuning_request(definition(Environment={"A": "1"})))

    assert looked(account, starting_from("old"))["warm start R31"].state == "failed"


def test_one_parent_that_may_not_be_looked_at_does_not_hide_another(account: Account) -> None:
    account.tuning_jobs["old"] = description("InProgress")
    found = looked(account, starting_from("absent", "old"))
    assert {name: check.state for name, check in found.items()} == {
        "parent absent": "failed",
        "warm start R27": "failed",
    }

    account.denied.add("sagemaker:DescribeHyperParameterTuningJob")
    found = looked(account, starting_from("absent", "old"))
    assert {check.state for check in found.values()} == {"unknown"}
    assert "sagemaker:DescribeHyperParameterTuningJob" in found["parent old"].detail
