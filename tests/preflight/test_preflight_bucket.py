"""Buckets and keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_account import ACCOUNT, BUCKET, REGION, ROLE, Account, by_name, channel, definition, tuning_request

from smtune.preflight import Check, Subject
from smtune.preflight.aws import Aws
from smtune.preflight.bucket import buckets
from smtune.preflight.keys import keys

DEFAULT = f"sagemaker-{REGION}-{ACCOUNT}"


def looked(account: Account, bucket: str | None = BUCKET, region: str = REGION) -> dict[str, Check]:
    return by_name(buckets(Aws(account.session, region), Subject(None, region, ACCOUNT, bucket=bucket)))


def test_a_closed_bucket_of_ours_in_the_region_is_ok(account: Account) -> None:
    found = looked(account)

    assert {name: check.state for name, check in found.items()} == {
        f"bucket {BUCKET}": "ok",
        "encryption": "ok",
        "public access": "ok",
    }


def test_the_default_bucket_may_be_missing_and_the_fix_makes_it(account: Account) -> None:
    found = looked(account, None)

    assert {name: check.state for name, check in found.items()} == {f"bucket {DEFAULT}": "warning"}
    assert "will be created" in found[f"bucket {DEFAULT}"].detail
    assert found[f"bucket {DEFAULT}"].fix == f"aws s3 mb s3://{DEFAULT} --region {REGION}"


def test_a_bucket_that_was_named_has_to_be_there(account: Account) -> None:
    check = looked(account, "no-such-bucket-anywhere")["bucket no-such-bucket-anywhere"]

    assert check.state == "failed"
    assert check.fix == f"aws s3 mb s3://no-such-bucket-anywhere --region {REGION}"


def test_a_bucket_of_another_region_fails(account: Account) -> None:
    account.client("s3").create_bucket(
        Bucket="far-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    check = looked(account, "far-bucket")["bucket far-bucket"]

    assert check.state == "failed"
    assert "eu-west-1" in check.detail


def test_a_bucket_of_somebody_else_is_a_warning_but_not_under_the_default_name(account: Account) -> None:
    account.client("s3").create_bucket(Bucket=DEFAULT)
    account.foreign_buckets |= {BUCKET, DEFAULT}

    assert looked(account)[f"bucket {BUCKET}"].state == "warning"
    assert looked(account, None)[f"bucket {DEFAULT}"].state == "failed"


def test_a_bucket_that_may_not_be_looked_at_is_unknown(account: Account) -> None:
    account.denied.add("s3:HeadBucket")

    found = looked(account)

    assert found[f"bucket {BUCKET}"].state == "unknown"
    assert f"s3:ListBucket on arn:aws:s3:::{BUCKET}" in found[f"bucket {BUCKET}"].detail
    assert list(found) == [f"bucket {BUCKET}"]


@pytest.mark.parametrize(
    ("denied", "name", "permission"),
    [
        ("s3:GetBucketEncryption", "encryption", "s3:GetEncryptionConfiguration"),
        ("s3:GetPublicAccessBlock", "public access", "s3:GetBucketPublicAccessBlock"),
    ],
)
def test_each_part_that_may_not_be_looked_at_is_unknown(
    account: Account, denied: str, name: str, permission: str
) -> None:
    account.denied.add(denied)

    found = looked(account)

    assert found.pop(name).state == "unknown"
    assert {check.state for check in found.values()} == {"ok"}


def test_an_open_bucket_is_a_warning(account: Account) -> None:
    account.client("s3").delete_public_access_block(Bucket=BUCKET)

    check = looked(account)["public access"]

    assert check.state == "warning"
    assert f"put-public-access-block --bucket {BUCKET}" in check.fix


def test_every_bucket_of_the_request_is_looked_at(account: Account) -> None:
    request = tuning_request(definition(InputDataConfig=[channel("train", "s3://no-such-bucket-anywhere/x")]))
    found = by_name(buckets(Aws(account.session, REGION), Subject(request, REGION, ACCOUNT, bucket=BUCKET)))

    assert found[f"bucket {BUCKET}"].state == "ok"
    assert found["bucket no-such-bucket-anywhere"].state == "failed"


# Keys


def key_checks(account: Account, key: str | None, region: str = REGION) -> dict[str, Check]:
    output: dict[str, Any] = {"S3OutputPath": f"s3://{BUCKET}/models"} | ({"KmsKeyId": key} if key else {})
    request = tuning_request(definition(OutputDataConfig=output))
    return by_name(keys(Aws(account.session, region), Subject(request, region, ACCOUNT, bucket=BUCKET)))


@pytest.fixture
def key(account: Account) -> str:
    return str(account.client("kms").create_key()["KeyMetadata"]["KeyId"])


def test_an_enabled_key_that_leaves_it_to_iam_is_ok(account: Account, key: str) -> None:
    assert key_checks(account, key)[f"key {key}"].state == "ok"
    assert key_checks(account, None) == {}


def test_the_key_of_the_bucket_is_looked_at_too(account: Account, key: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    account.client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})

    assert list(key_checks(account, None)) == [f"key {key}"]
    assert key in looked(account)["encryption"].detail


def test_a_key_that_is_not_there_fails(account: Account) -> None:
    check = key_checks(account, "alias/absent")["key alias/absent"]

    assert check.state == "failed"
    assert check.fix == "aws kms list-aliases --region us-east-1"


def test_a_key_that_is_off_fails_and_the_fix_switches_it_on(account: Account, key: str) -> None:
    account.client("kms").disable_key(KeyId=key)
    assert key_checks(account, key)[f"key {key}"].fix == f"aws kms enable-key --key-id {key} --region us-east-1"

    account.client("kms").schedule_key_deletion(KeyId=key)
    check = key_checks(account, key)[f"key {key}"]
    assert check.state == "failed"
    about = f"--key-id {key} --region us-east-1"
    assert check.fix == f"aws kms cancel-key-deletion {about}; aws kms enable-key {about}"


@pytest.mark.parametrize("name", ["arn:x", "arn:aws:kms:us-east-1"])
def test_what_is_no_key_fails(account: Account, name: str) -> None:
    (check,) = key_checks(account, name).values()

    assert check.state == "failed"


def test_a_key_of_another_region_fails(account: Account) -> None:
    far = account.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]

    check = next(iter(key_checks(account, far).values()))

    assert check.state == "failed"
    assert "eu-west-1" in check.detail


def test_a_key_for_signing_fails(account: Account) -> None:
    made = account.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]

    assert key_checks(account, made["KeyId"])[f"key {made['KeyId']}"].state == "failed"


def test_a_key_whose_policy_names_neither_role_nor_account_is_a_warning(account: Account, key: str) -> None:
    other = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "kms:*"}
    policy = {"Version": "2012-10-17", "Statement": [{**other, "Resource": "*"}]}
    account.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))

    check = key_checks(account, key)[f"key {key}"]

    assert check.state == "warning"
    assert f"create-grant --key-id arn:aws:kms:us-east-1:{ACCOUNT}:key/{key} --grantee-principal {ROLE}" in check.fix


@pytest.mark.parametrize(("denied", "state"), [("kms:DescribeKey", "unknown"), ("kms:GetKeyPolicy", "ok")])
def test_a_key_that_may_not_be_looked_at(account: Account, key: str, denied: str, state: str) -> None:
    account.denied.add(denied)

    check = key_checks(account, key)[f"key {key}"]

    assert check.state == state
    assert denied in check.detail
