"""The role of the training jobs, and who may take it on."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from aws_account import ACCOUNT, REGION, ROLE, Account, by_name, definition, trusting, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.policy import trust
from smtune.preflight.role import SAGEMAKER, roles

Json = dict[str, Any]


def looked(account: Account, role: str | None = ROLE) -> dict[str, Check]:
    return by_name(roles(Aws(account.session, REGION), Subject(None, REGION, ACCOUNT, role)))


def run(account: Account, fix: str) -> None:
    """Do what an `aws iam ... --role-name X --POLICY-document Y` command does."""
    words = shlex.split(fix)
    assert words[:2] == ["aws", "iam"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    names = {"--role-name": "RoleName", "--assume-role-policy-document": "AssumeRolePolicyDocument"}
    names |= {"--policy-document": "PolicyDocument"}
    method = words[2].replace("-", "_")
    getattr(account.client("iam"), method)(**{names[key]: value for key, value in options.items()})


def test_a_role_that_trusts_sagemaker_is_ok(account: Account) -> None:
    found = looked(account)

    assert {name: check.state for name, check in found.items()} == {"role": "ok", "role trust": "ok"}


def test_a_role_that_is_not_there_is_made_by_the_fix(account: Account) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/absent"

    check = looked(account, arn)["role"]
    assert check.state == "failed"

    run(account, check.fix)
    assert {each.state for each in looked(account, arn).values()} == {"ok"}


def test_without_a_role_the_fix_makes_one(account: Account) -> None:
    check = looked(account, None)["role"]

    assert check.state == "warning"
    run(account, check.fix)
    assert looked(account, f"arn:aws:iam::{ACCOUNT}:role/smtune")["role trust"].state == "ok"


def test_a_role_with_a_path_is_found_by_its_name(account: Account) -> None:
    account.client("iam").create_role(
        RoleName="deep", Path="/service-role/", AssumeRolePolicyDocument=json.dumps(trusting())
    )

    assert looked(account, f"arn:aws:iam::{ACCOUNT}:role/service-role/deep")["role"].state == "ok"
    wrong = looked(account, f"arn:aws:iam::{ACCOUNT}:role/deep")["role"]
    assert wrong.state == "failed"
    assert wrong.fix == f"--role arn:aws:iam::{ACCOUNT}:role/service-role/deep"


@pytest.mark.parametrize("arn", ["training", f"arn:aws:iam::{ACCOUNT}:user/training"])
def test_what_is_no_role_fails(account: Account, arn: str) -> None:
    assert looked(account, arn)["role"].state == "failed"


def test_a_role_of_another_account_fails(account: Account) -> None:
    check = looked(account, "arn:aws:iam::999999999999:role/training")["role"]

    assert check.state == "failed"
    assert "999999999999" in check.detail


def test_a_role_that_may_not_be_looked_at_is_unknown_and_the_permission_is_named(account: Account) -> None:
    from smtune.preflight import examine

    account.denied.add("iam:GetRole")
    check = by_name(examine(account.session, Subject(None, REGION, ACCOUNT, ROLE)))["role"]

    assert check.state == "unknown"
    assert "iam:GetRole" in check.detail
    assert "put-user-policy" in check.fix


def test_a_trust_policy_without_sagemaker_is_mended_without_losing_anybody(account: Account) -> None:
    client = account.client("iam")
    client.update_assume_role_policy(RoleName="training", PolicyDocument=json.dumps(trusting("ec2.amazonaws.com")))

    check = looked(account)["role trust"]
    assert check.state == "failed"

    run(account, check.fix)
    assert looked(account)["role trust"].state == "ok"
    document = client.get_role(RoleName="training")["Role"]["AssumeRolePolicyDocument"]
    assert trust(document, "ec2.amazonaws.com", ACCOUNT).is_given


def test_each_of_several_roles_is_looked_at(account: Account) -> None:
    other = f"arn:aws:iam::{ACCOUNT}:role/absent"
    request = tuning_request(definition(DefinitionName="a"), definition(DefinitionName="b", RoleArn=other))

    found = list(roles(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT)))

    assert [(check.name, check.state) for check in found] == [
        ("role", "ok"),
        ("role trust", "ok"),
        ("role", "failed"),
    ]


def test_a_role_that_cannot_be_looked_at_does_not_hide_another(account: Account) -> None:
    account.broken["iam:GetRole"] = "ServiceFailure"
    request = tuning_request(definition(DefinitionName="a"), definition(DefinitionName="b", RoleArn="nobody"))

    found = list(roles(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT)))

    assert [check.state for check in found] == ["unknown", "failed"]


OURS = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
OTHERS = {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
EXTERNAL = {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (trusting(), "ok"),
        (trusting([SAGEMAKER, "ec2.amazonaws.com"]), "ok"),
        ({"Statement": trusting()["Statement"][0]}, "ok"),
        (trusting(Principal="*"), "ok"),
        (trusting(Principal={"Service": "*"}), "ok"),
        (trusting(Action=["sts:AssumeRole", "sts:TagSession"]), "ok"),
        (trusting(Action="sts:*"), "ok"),
        (trusting(Action="STS:assumerole"), "ok"),
        (trusting(NotAction="s3:*"), "ok"),
        (trusting(**OURS), "ok"),
        (trusting(**OTHERS), "warning"),
        (trusting(**EXTERNAL), "warning"),
        (trusting("ec2.amazonaws.com"), "failed"),
        (trusting(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), "failed"),
        (trusting(Action="sts:TagSession"), "failed"),
        (trusting(NotAction="sts:*"), "failed"),
        (trusting(Effect="Deny"), "failed"),
        ({"Statement": []}, "failed"),
        ({"Statement": [*trusting()["Statement"], {**trusting()["Statement"][0], "Effect": "Deny"}]}, "failed"),
        ({"Statement": [*trusting(**EXTERNAL)["Statement"], *trusting()["Statement"]]}, "ok"),
    ],
)
def test_a_trust_policy_is_read_as_iam_reads_it(document: Json, expected: str) -> None:
    found = trust(document, SAGEMAKER, ACCOUNT)

    state = "failed" if not found.is_given else "warning" if found.depends_on_more else "ok"
    assert state == expected


def test_the_conditions_of_a_trust_policy_are_said(account: Account) -> None:
    client = account.client("iam")
    client.update_assume_role_policy(RoleName="training", PolicyDocument=json.dumps(trusting(**EXTERNAL)))

    check = looked(account)["role trust"]

    assert check.state == "warning"
    assert "sts:ExternalId StringEquals x" in check.detail
