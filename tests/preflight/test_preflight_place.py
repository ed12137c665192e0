"""The region, and SageMaker in it."""

from __future__ import annotations

import pytest
from aws_account import ACCOUNT, REGION, Account, by_name, states

from smtune.preflight import Check, Subject, examine
from smtune.preflight.aws import Aws
from smtune.preflight.place import region, service


def looked(account: Account, name: str = REGION) -> Check:
    subject = Subject(None, name, ACCOUNT)
    return next(iter(region(Aws(account.session, name), subject)))


def test_a_region_with_sagemaker_is_ok(account: Account) -> None:
    assert looked(account).state == "ok"


def test_a_region_nobody_knows_is_a_warning_as_boto3_may_be_old(account: Account) -> None:
    check = looked(account, "mars-north-1")

    assert check.state == "warning"
    assert "boto3" in check.fix


def test_a_region_that_is_not_switched_on_says_how_to(account: Account) -> None:
    account.regions["eu-south-2"] = "not-opted-in"

    check = looked(account, "eu-south-2")

    assert check.state == "failed"
    assert check.fix == "aws account enable-region --region-name eu-south-2"


def test_whether_a_region_is_switched_on_needs_a_permission(account: Account) -> None:
    account.denied.add("ec2:DescribeRegions")

    check = looked(account)

    assert check.state == "unknown"
    assert "ec2:DescribeRegions" in check.detail


def tuning(account: Account) -> dict[str, Check]:
    return by_name(service(Aws(account.session, REGION), Subject(None, REGION, ACCOUNT)))


def test_room_for_one_more_tuning_job(account: Account) -> None:
    account.tuning_jobs |= {f"job-{n}": {"HyperParameterTuningJobStatus": "InProgress"} for n in range(99)}
    account.tuning_jobs["old"] = {"HyperParameterTuningJobStatus": "Completed"}

    found = tuning(account)

    assert found["endpoint"].state == found["tuning jobs"].state == "ok"
    assert "99 running" in found["tuning jobs"].detail


def test_no_room_for_one_more_tuning_job(account: Account) -> None:
    states = ("InProgress", "Stopping")
    account.tuning_jobs |= {f"job-{n}": {"HyperParameterTuningJobStatus": states[n % 2]} for n in range(100)}

    assert tuning(account)["tuning jobs"].state == "failed"


def test_an_endpoint_that_refuses_to_say_answers_all_the_same(account: Account) -> None:
    account.denied.add("sagemaker:ListHyperParameterTuningJobs")

    found = tuning(account)

    assert found["endpoint"].state == "ok"
    assert found["tuning jobs"].state == "unknown"


def test_an_endpoint_that_cannot_be_reached_fails(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.unreachable.add("sagemaker")

    check = tuning(account)["endpoint"]

    assert check.state == "failed"
    assert "https://api.sagemaker.us-east-1.amazonaws.com" in check.fix


def test_a_place_without_a_request_has_no_checks_of_one(account: Account) -> None:
    names = set(states(examine(account.session, Subject(None, REGION, ACCOUNT))))

    assert {"credentials", "region", "endpoint", "role", "your permissions", "quota ml.m5.large"} <= names
    assert not any(name.startswith(("image", "channel", "network", "warm start")) for name in names)
