"""Service Quotas against what a tuning job wants, and what is running."""

from __future__ import annotations

from typing import Any

import pytest
from aws_account import ACCOUNT, BUCKET, REGION, Account, by_name, definition, quota_code, tuning_request

from smtune.preflight import Check, Subject, examine
from smtune.preflight.aws import Aws
from smtune.preflight.demand import PARALLEL, RANDOM, TOTAL
from smtune.preflight.quota import look_up, quotas

LARGE = "ml.m5.large for training job usage"
SPOT = "ml.m5.large for spot training job usage"


def looked(account: Account, request: dict[str, Any] | None = None) -> dict[str, Check]:
    subject = Subject(request or tuning_request(), REGION, ACCOUNT, bucket=BUCKET)
    return by_name(quotas(Aws(account.session, REGION), subject))


def training_job(count: int = 1, *, spot: bool = False, status: str = "InProgress", **members: Any) -> dict[str, Any]:
    return {
        "TrainingJobStatus": status,
        "EnableManagedSpotTraining": spot,
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": count},
        **members,
    }


def test_a_demand_within_the_quotas_is_ok(account: Account) -> None:
    found = looked(account)

    assert {check.state for check in found.values()} == {"ok"}
    # Three at once, of two instances each.
    assert found["quota ml.m5.large"].detail == "6 wanted, 20 allowed"


def test_a_demand_above_the_quota_fails_with_the_request_for_more(account: Account) -> None:
    account.quotas[LARGE] = 5

    check = looked(account)["quota ml.m5.large"]

    assert check.state == "failed"
    assert check.fix == (
        "aws service-quotas request-service-quota-increase --service-code sagemaker "
        f"--quota-code {quota_code(LARGE)} --desired-value 6 --region us-east-1"
    )


def test_a_quota_that_cannot_be_raised_is_kept_by_asking_for_less(account: Account) -> None:
    account.quotas[LARGE] = 5
    account.fixed.add(LARGE)

    assert looked(account)["quota ml.m5.large"].fix == "--set limits.parallel=1"


def test_what_is_running_counts_and_so_does_what_is_stopping(account: Account) -> None:
    account.quotas[LARGE] = 10
    account.training_jobs = {
        "one": training_job(2),
        "two": training_job(3, status="Stopping"),
        "three": training_job(9, status="Completed"),
        "four": training_job(9, spot=True),
    }

    check = looked(account)["quota ml.m5.large"]

    assert check.state == "warning"
    assert "6 wanted, 5 running, 10 allowed" in check.detail
    assert "--desired-value 11" in check.fix


def test_training_jobs_of_one_tuning_job_are_looked_at_once(account: Account) -> None:
    account.training_jobs = {f"search-{n:03d}-0123abcd": training_job(2) for n in range(5)}

    check = looked(account)["quota ml.m5.large"]

    assert "about 10 running" in check.detail
    assert account.calls.count("sagemaker:DescribeTrainingJob") == 1


def test_instance_groups_and_chosen_instances_are_counted(account: Account) -> None:
    groups = [{"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "a"}] * 2
    chosen = {"SelectedInstanceType": "ml.m5.large", "SelectedInstanceCount": 3, "InstanceType": "ml.c5.large"}
    account.training_jobs = {
        "one": training_job(ResourceConfig={"InstanceGroups": groups}),
        "two": training_job(ResourceConfig=chosen),
    }

    assert "5 running" in looked(account)["quota ml.m5.large"].detail


def test_all_instances_together_have_a_quota_of_their_own(account: Account) -> None:
    account.quotas[TOTAL[False]] = 8
    other = {"InstanceType": "ml.c5.large", "InstanceCount": 4}
    account.training_jobs = {"one": training_job(ResourceConfig=other)}

    found = looked(account)

    assert found["quota ml.m5.large"].state == "ok"
    assert found["quota all instances"].state == "warning"


def test_spot_instances_have_quotas_of_their_own(account: Account) -> None:
    account.quotas |= {SPOT: 2, TOTAL[True]: 40}

    found = looked(account, tuning_request(definition(EnableManagedSpotTraining=True)))

    assert found["quota ml.m5.large (spot)"].state == "failed"
    assert "quota ml.m5.large" not in found


def test_several_definitions_are_taken_at_their_worst(account: Account) -> None:
    account.quotas["ml.c5.large for training job usage"] = 20
    small = {"InstanceType": "ml.c5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    parts = [definition(DefinitionName="a"), definition(DefinitionName="b", ResourceConfig=small)]

    found = looked(account, tuning_request(*parts))

    assert found["quota ml.m5.large"].detail.startswith("6 wanted")
    assert found["quota ml.c5.large"].detail.startswith("3 wanted")


@pytest.mark.parametrize(
    ("quota", "value", "name"), [(PARALLEL, 2, "quota parallel jobs"), (RANDOM, 5, "quota training jobs")]
)
def test_the_limits_of_a_tuning_job_are_kept(account: Account, quota: str, value: float, name: str) -> None:
    account.quotas[quota] = value
    request = tuning_request()
    request["HyperParameterTuningJobConfig"]["Strategy"] = "Random"

    assert looked(account, request)[name].state == "failed"


def test_an_instance_type_that_is_one_of_several_choices_only_warns(account: Account) -> None:
    account.quotas["ml.c5.large for training job usage"] = 0
    options = [
        {"InstanceType": name, "InstanceCount": 1, "VolumeSizeInGB": 30} for name in ("ml.m5.large", "ml.c5.large")
    ]
    part = definition(HyperParameterTuningResourceConfig={"InstanceConfigs": options})
    del part["ResourceConfig"]

    found = looked(account, tuning_request(part))

    assert found["quota ml.m5.large"].state == "ok"
    assert found["quota ml.c5.large"].state == "warning"


def test_an_instance_type_without_a_quota_may_not_be_offered(account: Account) -> None:
    del account.quotas[LARGE]

    check = looked(account)["quota ml.m5.large"]

    assert check.state == "warning"
    assert "may not be offered" in check.detail


def test_a_quota_that_nobody_raised_has_its_default(account: Account) -> None:
    account.defaults[LARGE] = account.quotas.pop(LARGE)

    assert looked(account)["quota ml.m5.large"].state == "ok"


def test_no_more_pages_are_read_than_it_takes(account: Account) -> None:
    account.quotas |= {f"quota {n}": 1.0 for n in range(900)}

    found = look_up(Aws(account.session, REGION), {LARGE})

    assert found[LARGE].value == 20
    assert account.calls == ["service-quotas:ListServiceQuotas"]


def test_a_quota_of_a_later_page_is_found(account: Account) -> None:
    account.quotas = {f"quota {n}": 1.0 for n in range(250)} | {LARGE: 7.0}

    assert look_up(Aws(account.session, REGION), {LARGE})[LARGE].value == 7


@pytest.mark.parametrize("denied", ["sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob"])
def test_running_jobs_that_may_not_be_looked_at_leave_the_quotas(account: Account, denied: str) -> None:
    account.denied.add(denied)
    account.training_jobs = {"one": training_job()}

    found = looked(account)

    assert found["running jobs"].state == "unknown"
    assert denied in found["running jobs"].detail
    assert found["quota ml.m5.large"].state == "ok"


def test_quotas_that_may_not_be_looked_at_are_unknown(account: Account) -> None:
    account.denied.add("service-quotas:ListServiceQuotas")

    check = by_name(examine(account.session, Subject(tuning_request(), REGION, ACCOUNT, bucket=BUCKET)))["quota"]

    assert check.state == "unknown"
    assert "servicequotas:ListServiceQuotas" in check.detail


def test_without_a_request_the_common_instances_are_looked_at(account: Account) -> None:
    account.quotas["ml.m5.xlarge for training job usage"] = 0
    found = by_name(quotas(Aws(account.session, REGION), Subject(None, REGION, ACCOUNT)))

    assert found["quota ml.m5.large"].state == "ok"
    assert found["quota ml.m5.xlarge"].state == "warning"
    assert "--desired-value 1 " in found["quota ml.m5.xlarge"].fix
