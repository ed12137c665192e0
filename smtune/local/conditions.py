"""Conditions of a request that reads an object (RFC 9110, 13.2.2): another version, or none since."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping

from smtune.local.answers import ServiceAnswerError


def check_conditions(headers: Mapping[str, str], etag: str, modified: dt.datetime) -> None:
    """Raise ServiceAnswerError where the conditions in `headers` do not hold: status 412, or 304 for what is known.

    `etag` has its quotes, `modified` no part of a second. A date that is none is passed over.
    """
    wanted, unwanted = headers.get("if-match"), headers.get("if-none-match")
    before, since = _date(headers.get("if-unmodified-since")), _date(headers.get("if-modified-since"))
    if not _names(wanted, etag) if wanted is not None else before is not None and modified > before:
        raise failed_condition()
    if _names(unwanted, etag) if unwanted is not None else since is not None and modified <= since:
        raise ServiceAnswerError("304", "Not Modified", status=304)  # which has no body to say more


def failed_condition() -> ServiceAnswerError:
    """The error of a condition that does not hold."""
    message = "At least one of the pre-conditions you specified did not hold"
    return ServiceAnswerError("PreconditionFailed", message, status=412)


def _names(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return not tags.isdisjoint({"*", etag.strip('"')})


def _date(text: str | None) -> dt.datetime | None:
    try:
        found = None if text is None else email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
