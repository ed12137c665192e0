"""What the role and the caller may do, as IAM's simulation says."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from aws_account import ACCOUNT, BUCKET, REGION, ROLE, Account, channel, definition, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.permissions import caller_permissions, role_permissions

USER = f"arn:aws:iam::{ACCOUNT}:user/me"
Json = dict[str, Any]


def subject(**members: Any) -> Subject:
    return Subject(tuning_request(definition(**members)), REGION, ACCOUNT, bucket=BUCKET)


def of_the_role(account: Account, asked: Subject | None = None) -> Check:
    return next(iter(role_permissions(Aws(account.session, REGION), asked or subject())))


def of_the_caller(account: Account, caller: str | None = USER, asked: Subject | None = None) -> Check:
    return next(iter(caller_permissions(Aws(account.session, REGION), asked or subject(), caller)))


def simulated(account: Account) -> dict[str, set[str]]:
    """Action -> the resources that the simulation was asked about."""
    found = dict[str, set[str]]()
    for call in account.simulated:
        for action in call["actions"]:
            found.setdefault(action, set()).update(call["resources"])
    return found


def test_the_role_is_asked_about_the_very_prefixes_of_the_request(account: Account) -> None:
    code = {"StaticHyperParameters": {"sagemaker_submit_directory": f'"s3://{BUCKET}/code/sourcedir.tar.gz"'}}
    channels = [channel("train", f"s3://{BUCKET}/data/train/"), channel("test", "s3://other-bucket/test")]
    checkpoints = {"CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints"}}

    assert of_the_role(account, subject(InputDataConfig=channels, **code, **checkpoints)).state == "ok"

    asked = simulated(account)
    assert asked["s3:GetObject"] == {
        f"arn:aws:s3:::{BUCKET}/data/train/*",
        "arn:aws:s3:::other-bucket/test*",
        f"arn:aws:s3:::{BUCKET}/code/sourcedir.tar.gz*",
        f"arn:aws:s3:::{BUCKET}/checkpoints*",
    }
    assert asked["s3:ListBucket"] == {f"arn:aws:s3:::{BUCKET}", "arn:aws:s3:::other-bucket"}
    assert asked["s3:PutObject"] == {f"arn:aws:s3:::{BUCKET}/models*", f"arn:aws:s3:::{BUCKET}/checkpoints*"}
    assert asked["ecr:BatchGetImage"] == {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/mine"}
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs:log-stream:*"
    assert asked["logs:PutLogEvents"] == asked["logs:CreateLogStream"] == {group}
    assert asked["cloudwatch:PutMetricData"] == {"*"}
    assert not any(action.startswith(("kms:", "ec2:")) for action in asked)


def test_keys_and_networks_are_asked_about_where_the_request_has_them(account: Account) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]
    account.client("kms").create_alias(AliasName="alias/models", TargetKeyId=key["KeyId"])
    output = {"S3OutputPath": f"s3://{BUCKET}/models", "KmsKeyId": "alias/models"}
    network = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}

    of_the_role(account, subject(OutputDataConfig=output, VpcConfig=network))

    asked = simulated(account)
    assert asked["kms:GenerateDataKey"] == asked["kms:Decrypt"] == {key["Arn"]}
    assert asked["ec2:CreateNetworkInterface"] == {"*"}


def test_images_of_aws_need_no_permission_on_their_repository(account: Account) -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"

    of_the_role(account, subject(AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"}))

    assert "ecr:BatchGetImage" not in simulated(account)


def test_what_the_simulation_says_no_to_is_a_warning_and_the_fix_grants_just_that(account: Account) -> None:
    account.not_allowed |= {"s3:GetObject", "logs:PutLogEvents"}

    check = of_the_role(account)

    assert check.state == "warning"
    assert f"s3:GetObject on arn:aws:s3:::{BUCKET}/data/train/*" in check.detail
    words = shlex.split(check.fix)
    assert words[:5] == ["aws", "iam", "put-role-policy", "--role-name", "training"]
    granted = json.loads(words[-1])["Statement"]
    assert {(item["Action"][0], item["Resource"][0]) for item in granted} == {
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/data/train/*"),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs:log-stream:*"),
    }
    account.client("iam").put_role_policy(
        RoleName="training", PolicyName=words[words.index("--policy-name") + 1], PolicyDocument=words[-1]
    )


def test_a_no_of_the_organization_is_said_to_be_uncertain(account: Account) -> None:
    account.forbidden_by_organization.add("s3:PutObject")

    check = of_the_role(account)

    assert check.state == "warning"
    assert "organization" in check.detail
    assert "put-role-policy" not in check.fix


def test_the_caller_is_asked_about_launching_and_passing_the_role(account: Account) -> None:
    assert of_the_caller(account).state == "ok"

    asked = simulated(account)
    job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/job"
    assert asked["sagemaker:CreateHyperParameterTuningJob"] == {job}
    assert asked["sagemaker:DescribeHyperParameterTuningJob"] == {job}
    assert asked["sagemaker:ListTrainingJobsForHyperParameterTuningJob"] == {job}
    assert asked["iam:PassRole"] == {ROLE}
    assert asked["s3:PutObject"] == {f"arn:aws:s3:::{BUCKET}/smtune/*"}
    assert {call["identity"] for call in account.simulated} == {USER}


def test_the_caller_is_asked_about_the_very_folders_of_the_uploads(account: Account) -> None:
    uris = (f"s3://{BUCKET}/team/smtune/toy/train/a.csv", f"s3://{BUCKET}/team/smtune/toy/train/b.csv")

    of_the_caller(account, asked=Subject(tuning_request(), REGION, ACCOUNT, upload_uris=uris))

    assert simulated(account)["s3:PutObject"] == {f"arn:aws:s3:::{BUCKET}/team/smtune/toy/train/*"}


def test_a_role_of_identity_center_cannot_be_mended_by_a_command(account: Account) -> None:
    account.not_allowed.add("iam:PassRole")
    client = account.client("iam")
    client.create_role(RoleName="AWSReservedSSO_Dev_0", Path="/aws-reserved/", AssumeRolePolicyDocument="{}")

    check = of_the_caller(account, f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0/me")

    assert (check.state, check.fix) == ("warning", "")


def test_a_caller_who_may_not_pass_the_role_gets_a_warning(account: Account) -> None:
    account.not_allowed.add("iam:PassRole")

    check = of_the_caller(account)

    assert check.state == "warning"
    assert check.fix.startswith("aws iam put-user-policy --user-name me ")


def test_behind_a_session_of_a_role_is_the_role_with_its_path(account: Account) -> None:
    client = account.client("iam")
    client.create_role(RoleName="dev", Path="/people/", AssumeRolePolicyDocument="{}")

    of_the_caller(account, f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/me@example.com")

    assert {call["identity"] for call in account.simulated} == {f"arn:aws:iam::{ACCOUNT}:role/people/dev"}


@pytest.mark.parametrize(
    ("caller", "state"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "ok"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/me", "unknown"),
        (None, "unknown"),
    ],
)
def test_whom_iam_does_not_simulate_is_said(account: Account, caller: str | None, state: str) -> None:
    assert of_the_caller(account, caller).state == state
    assert account.simulated == []


def test_a_role_that_does_not_exist_has_no_permissions_to_look_at(account: Account) -> None:
    account.broken["iam:SimulatePrincipalPolicy"] = "NoSuchEntity"

    assert of_the_role(account).state == "unknown"


def test_the_simulation_itself_needs_a_permission(account: Account) -> None:
    from aws_account import by_name

    from smtune.preflight import examine

    account.denied.add("iam:SimulatePrincipalPolicy")
    found = by_name(examine(account.session, subject()))

    for name in ("role permissions", "your permissions"):
        assert found[name].state == "unknown"
        assert "iam:SimulatePrincipalPolicy" in found[name].detail
