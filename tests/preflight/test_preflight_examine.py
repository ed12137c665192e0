"""All checks together: none hides another, none waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_account import ACCOUNT, BUCKET, REGION, Account, by_name, states, tuning_request
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from smtune.errors import ServiceError
from smtune.preflight import Check, Subject, examine
from smtune.preflight.aws import Aws
from smtune.preflight.examine import together

SUBJECT = Subject(tuning_request(), REGION, ACCOUNT, bucket=BUCKET)
EVERYTHING = {
    "ec2:DescribeRegions",
    "ecr:DescribeImages",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "s3:GetBucketEncryption",
    "s3:HeadBucket",
    "s3:ListObjectsV2",
    "sagemaker:ListHyperParameterTuningJobs",
    "sagemaker:ListTrainingJobs",
    "service-quotas:ListServiceQuotas",
}


def test_a_request_that_is_right_has_nothing_to_mend(account: Account) -> None:
    checks = examine(account.session, SUBJECT)

    assert {check.state for check in checks} == {"ok"}
    assert {check.fix for check in checks} == {""}
    assert [check.name for check in checks] == [
        "credentials",
        "clock",
        "region",
        "endpoint",
        "tuning jobs",
        "role",
        "role trust",
        "role permissions",
        "your permissions",
        f"bucket {BUCKET}",
        "encryption",
        "public access",
        "image mine",
        "channel train",
        "volume",
        "quota ml.m5.large",
        "quotas",
    ]


def test_nothing_is_changed(account: Account) -> None:
    examine(account.session, SUBJECT)

    reading = ("Get", "List", "Describe", "Head", "Simulate", "BatchGet")
    assert [call for call in account.calls if not call.partition(":")[2].startswith(reading)] == []


def test_who_may_look_at_nothing_learns_each_permission_and_no_failure(account: Account) -> None:
    account.denied |= EVERYTHING

    found = by_name(examine(account.session, SUBJECT))

    assert {check.state for check in found.values()} == {"ok", "unknown"}
    assert [name for name, check in found.items() if check.state == "ok"] == ["credentials", "clock", "endpoint"]
    said = " ".join(check.detail for check in found.values())
    for permission in ("iam:GetRole", "s3:ListBucket", "ecr:DescribeImages", "servicequotas:ListServiceQuotas"):
        assert f"{permission} " in said
    assert "put-user-policy" in found["role"].fix
    assert "iam:GetRole" in found["role"].fix


@pytest.mark.parametrize("refused", sorted(EVERYTHING))
def test_one_refusal_hides_no_other_check(account: Account, refused: str) -> None:
    account.denied.add(refused)

    found = states(examine(account.session, SUBJECT))

    assert set(found.values()) == {"ok", "unknown"}
    assert 1 <= list(found.values()).count("unknown") <= 2
    assert {"credentials", "endpoint"} <= {name for name, state in found.items() if state == "ok"}


def test_a_service_that_cannot_be_reached_leaves_the_others(account: Account) -> None:
    account.unreachable.add("iam")

    found = states(examine(account.session, SUBJECT))

    assert found["role"] == found["role permissions"] == "unknown"
    assert found["image mine"] == found["quota ml.m5.large"] == "ok"


def test_a_page_that_a_proxy_answers_with_leaves_the_others(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    page = AWSResponse("https://iam.amazonaws.com", 200, HTTPHeaders(), _Raw(b"<!doctype html><title>Log in"))
    events = account.session.client("iam").meta.events

    def answer(**_: Any) -> Any:
        return page

    events.register_first("before-send.iam", answer)
    found = by_name(examine(account.session, SUBJECT))
    events.unregister("before-send.iam", answer)

    assert found["role"].state == "unknown"
    assert "proxy" in found["role"].detail
    assert found["image mine"].state == "ok"


@pytest.mark.parametrize(
    ("subject", "failed"),
    [
        (Subject(None, REGION, ACCOUNT, role="nobody"), {"role"}),
        (Subject(None, REGION, ACCOUNT, role="arn:aws:iam::999999999999:role/training"), {"role"}),
        (Subject(None, REGION, ACCOUNT, role="arn:aws-cn:iam::123456789012:role/training"), {"role"}),
        (Subject(None, REGION, ACCOUNT, bucket="Our Bucket"), {"bucket Our Bucket"}),
    ],
)
def test_what_cannot_be_asked_about_fails_alone(account: Account, subject: Subject, failed: set[str]) -> None:
    found = states(examine(account.session, subject))

    assert {name for name, state in found.items() if state == "failed"} == failed
    assert found["endpoint"] == found["quota ml.m5.large"] == "ok"
    if subject.role and ACCOUNT not in subject.role:
        assert found["role permissions"] == "unknown"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-isoe-west-1", "aws-iso-e")],
)
def test_each_part_of_aws_has_arns_of_its_own(region: str, partition: str) -> None:
    assert Subject(None, region, ACCOUNT).partition == partition


def test_bad_credentials_end_the_examination(account: Account) -> None:
    account.broken["sts:GetCallerIdentity"] = "ExpiredToken"

    assert states(examine(account.session, SUBJECT)) == {"credentials": "failed"}
    assert account.calls == ["sts:GetCallerIdentity"]


def test_an_account_that_nobody_named_is_the_callers(account: Account) -> None:
    found = states(examine(account.session, Subject(None, REGION, "")))

    assert found[f"bucket sagemaker-{REGION}-{ACCOUNT}"] == "warning"


def test_without_an_account_the_default_bucket_is_unknown(account: Account) -> None:
    account.broken["sts:GetCallerIdentity"] = "InternalFailure"

    found = states(examine(account.session, Subject(None, REGION, "")))

    assert found["credentials"] == found["bucket"] == "unknown"
    assert found["region"] == "ok"


def aws(account: Account) -> Aws:
    return Aws(account.session, REGION)


def test_what_takes_too_long_is_unknown_and_the_rest_is_there(account: Account) -> None:
    never, waited = threading.Event(), threading.Event()

    def hang() -> Iterator[Check]:
        never.wait(60)
        waited.set()
        yield Check("slow", "ok", "")

    looks = (("slow", hang), ("quick", lambda: [Check("quick", "ok", "")]))
    found = states(together(aws(account), looks, 1))

    assert found == {"slow": "unknown", "quick": "ok"}
    assert not waited.is_set()
    never.set()


def test_what_was_found_before_a_refusal_is_kept(account: Account) -> None:
    def half() -> Iterator[Check]:
        yield Check("first", "ok", "")
        raise ServiceError("Throttling", "Rate exceeded")

    assert states(together(aws(account), (("half", half),), 5)) == {"first": "ok", "half": "unknown"}


def test_a_bug_is_not_taken_for_an_answer(account: Account) -> None:
    def bug() -> list[Check]:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        list(together(aws(account), (("bug", bug),), 5))


def test_few_are_asked_at_once(account: Account) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def look() -> list[Check]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return []

    list(together(aws(account), tuple((str(n), look) for n in range(20)), 10))

    assert 1 < most <= 6


def test_throttling_is_left_to_the_sessions_own_retries(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    session = boto3.Session(region_name=REGION)
    session._session.set_default_client_config(Config(retries={"mode": "adaptive", "max_attempts": 4}))
    refused = list[str]()

    def throttle(request: Any, **_: Any) -> Any:
        if len(refused) >= 2:
            return None
        refused.append(request.url)
        body = b"<ErrorResponse><Error><Code>Throttling</Code><Message>slowly</Message></Error></ErrorResponse>"
        return AWSResponse(request.url, 400, HTTPHeaders(), _Raw(body))

    session.events.register_first("before-send.sts", throttle)

    assert Aws(session, REGION).ask("sts", "get_caller_identity")["Account"] == ACCOUNT
    assert len(refused) == 2


class _Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body
        self._body = b""


def test_an_answer_is_asked_for_once(account: Account) -> None:
    asked = aws(account)

    assert asked.ask("sts", "get_caller_identity") is asked.ask("sts", "get_caller_identity")
    assert account.calls == ["sts:GetCallerIdentity"]


def test_a_check_is_plain_data() -> None:
    check = Check("role", "failed", "absent", "aws iam create-role")

    assert check.to_dict() == {
        "name": "role",
        "state": "failed",
        "detail": "absent",
        "fix": "aws iam create-role",
    }
