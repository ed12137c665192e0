"""Who asks, for how long, and at what time."""

from __future__ import annotations

import datetime as dt

import boto3
import pytest
from aws_account import ACCOUNT, REGION, Account, by_name, states
from botocore.exceptions import ClientError

from smtune.preflight import Subject
from smtune.preflight.aws import Aws
from smtune.preflight.identity import Identity, _clock, identify

SUBJECT = Subject(None, REGION, ACCOUNT)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def who(account: Account, subject: Subject = SUBJECT, *, ahead: float = 0.0) -> Identity:
    clock = lambda: now() + dt.timedelta(seconds=ahead)  # noqa: E731
    return identify(Aws(account.session, subject.region), subject, clock)


def test_good_credentials_say_whose_they_are(account: Account) -> None:
    found = who(account)

    assert states(found.checks) == {"credentials": "ok", "clock": "ok"}
    assert found.account == ACCOUNT
    assert found.arn is not None
    assert found.arn in found.checks[0].detail


def test_without_credentials_nothing_else_is_asked() -> None:
    session = boto3.Session(region_name=REGION)

    found = identify(Aws(session, REGION), SUBJECT, now)

    assert found.is_refused
    assert [check.state for check in found.checks] == ["failed"]
    assert "aws configure" in found.checks[0].fix


def test_expired_credentials_are_refused_and_the_profile_is_named(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.broken["sts:GetCallerIdentity"] = "ExpiredToken"
    monkeypatch.setattr(account.session._session, "_profile", "work")

    found = who(account)

    assert found.is_refused
    assert found.checks[0].state == "failed"
    assert found.checks[0].fix == "aws sso login --profile work"


def test_who_may_not_ask_sts_goes_on_unknown(account: Account) -> None:
    account.denied.add("sts:GetCallerIdentity")

    found = who(account)

    assert not found.is_refused
    assert states(found.checks) == {"credentials": "unknown"}


@pytest.mark.parametrize("operation", ["AssumeRole", "GetRoleCredentials"])
def test_a_profile_that_gets_no_credentials_is_refused(account: Account, operation: str) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, operation)

    events = account.session.client("sts").meta.events
    events.register("before-sign.sts", refuse)
    found = who(account)
    events.unregister("before-sign.sts", refuse)

    assert found.is_refused
    assert "AWS gives no credentials: AccessDenied: not you" in found.checks[0].detail


def test_credentials_of_another_account_fail(account: Account) -> None:
    found = who(account, Subject(None, REGION, "999999999999"))

    assert by_name(found.checks)["credentials"].state == "failed"
    assert "not 999999999999" in by_name(found.checks)["credentials"].detail
    assert not found.is_refused


def test_a_region_that_is_not_switched_on_does_not_make_credentials_bad(account: Account) -> None:
    account.broken["sts:GetCallerIdentity in eu-south-2"] = "InvalidClientTokenId"

    found = who(account, Subject(None, "eu-south-2", ACCOUNT))

    assert by_name(found.checks)["credentials"].state == "ok"


@pytest.mark.parametrize(
    ("ahead", "state"), [(0.0, "ok"), (90.0, "warning"), (-90.0, "warning"), (400.0, "failed"), (-400.0, "failed")]
)
def test_a_clock_that_is_off_is_found(account: Account, ahead: float, state: str) -> None:
    check = by_name(who(account, ahead=ahead).checks)["clock"]

    assert check.state == state
    assert ("ahead" in check.detail) == (ahead > 0)
    assert bool(check.fix) == (state != "ok")


def test_an_answer_whose_zone_nobody_knows_is_of_utc(account: Account) -> None:
    response = {"ResponseMetadata": {"HTTPHeaders": {"date": now().strftime("%a, %d %b %Y %H:%M:%S -0000")}}}

    (check,) = _clock(response, now)

    assert check.state == "ok"


@pytest.mark.parametrize(("minutes", "state"), [(20, "warning"), (300, "ok")])
def test_credentials_that_nothing_renews_say_until_when(
    account: Account, monkeypatch: pytest.MonkeyPatch, minutes: int, state: str
) -> None:
    until = now() + dt.timedelta(minutes=minutes)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", until.isoformat())

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "temporary")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "temporary")
    session = boto3.Session(region_name=REGION)

    check = by_name(identify(Aws(session, REGION), SUBJECT, now).checks)["credentials"]

    assert check.state == state
    assert f"{until:%Y-%m-%d %H:%M} UTC" in check.detail
