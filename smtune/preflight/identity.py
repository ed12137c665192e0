"""Who asks: credentials, how long they last, and whether this machine's clock is AWS's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from smtune.errors import ConfigurationError, ServiceError
from smtune.preflight.aws import Aws
from smtune.preflight.check import Check, shell
from smtune.preflight.subject import Subject
from smtune.service import translated

Clock = Callable[[], dt.datetime]
REFUSED_SECONDS = 300
"""AWS refuses what was signed by a clock further off."""
_LATE_SECONDS = 60
_SOON = dt.timedelta(hours=1)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_REJECTED = _EXPIRED | {
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnauthorizedSSOTokenError",
    "UnrecognizedClientException",
}


@dataclass(frozen=True)
class Identity:
    """Who the credentials belong to."""

    checks: tuple[Check, ...]
    arn: str | None = None
    """None: AWS did not say."""
    account: str = ""
    is_refused: bool = False
    """Whether AWS knows the credentials and refuses them, or there are none: nothing else can be asked then."""


def identify(aws: Aws, subject: Subject, now: Clock) -> Identity:
    """`credentials`, and `clock` where an answer says what time it is."""
    try:
        with translated():
            credentials = aws.session.get_credentials()
        if credentials is None:
            return Identity((Check("credentials", "failed", "there are none", _how_to_log_in(aws)),), is_refused=True)
        answer = _ask(aws, subject)
    except ConfigurationError as error:
        return Identity((Check("credentials", "failed", str(error), _how_to_log_in(aws)),), is_refused=True)
    except ServiceError as error:
        response = getattr(error.__cause__, "response", {})
        return _without_answer(aws, error, _clock(response, now))
    check = _credentials(aws, subject, answer, credentials, now)
    return Identity((check, *_clock(answer, now)), answer["Arn"], answer["Account"])


def _ask(aws: Aws, subject: Subject) -> Mapping[str, Any]:
    """STS's answer: in the region, else at home, as a region that is not switched on refuses everybody."""
    try:
        return aws.ask("sts", "get_caller_identity")
    except ServiceError as error:
        if error.code not in _REJECTED - _EXPIRED or subject.home_region == subject.region:
            raise
        try:
            return aws.ask("sts", "get_caller_identity", region=subject.home_region)
        except ServiceError:
            raise error from error.__cause__


def _without_answer(aws: Aws, error: ServiceError, clock: tuple[Check, ...]) -> Identity:
    if error.code in _REJECTED:
        check = Check("credentials", "failed", f"AWS refuses them: {error}", _how_to_log_in(aws))
        return Identity((check, *clock), is_refused=True)
    return Identity((Check("credentials", "unknown", f"STS did not say whose they are: {error}"), *clock))


def _credentials(aws: Aws, subject: Subject, answer: Mapping[str, Any], credentials: Any, now: Clock) -> Check:
    arn, account = answer["Arn"], answer["Account"]
    if subject.account and account != subject.account:
        detail = f"{arn}: of account {account}, not {subject.account}"
        return Check("credentials", "failed", detail, "export AWS_PROFILE=NAME, a profile of that account")
    until = getattr(credentials, "_expiry_time", None)  # botocore has no public name for it
    if until is None:
        return Check("credentials", "ok", arn)
    said = f"{arn}, until {until:%Y-%m-%d %H:%M} UTC"
    if credentials.method != "env":
        return Check("credentials", "ok", f"{said} and renewed then")
    if until - now() > _SOON:
        return Check("credentials", "ok", f"{said}; nothing renews them")
    return Check("credentials", "warning", f"{said}; nothing renews them", _how_to_log_in(aws))


def _how_to_log_in(aws: Aws) -> str:
    profile = aws.session.profile_name
    if profile and profile != "default":
        return shell("aws", "sso", "login", "--profile", profile)
    return "aws configure sso, or aws configure for keys"


def _clock(response: Mapping[str, Any], now: Clock) -> tuple[Check, ...]:
    """What the Date header of an answer says of this machine's clock; nothing where there is none."""
    header = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        theirs = parsedate_to_datetime(header) if header else None
    except ValueError:
        theirs = None
    if theirs is None:
        return ()
    theirs = theirs.replace(tzinfo=theirs.tzinfo or dt.UTC)  # `-0000` says that nobody knows the zone
    off = (now() - theirs).total_seconds()
    fix = "sudo timedatectl set-ntp true"
    words = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} AWS's"
    if abs(off) >= REFUSED_SECONDS:
        return (Check("clock", "failed", f"{words}: AWS refuses what is signed 5 minutes off", fix),)
    if abs(off) >= _LATE_SECONDS:
        return (Check("clock", "warning", f"{words}: from 5 minutes on, AWS refuses what is signed", fix),)
    return (Check("clock", "ok", "within a minute of AWS's"),)
