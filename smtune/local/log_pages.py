"""Pages of log events with CloudWatch's limits: 10,000 events or 1 MiB, tokens that lead both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.local.answers import ServiceAnswerError

Json = dict[str, Any]
MOST_EVENTS = 10_000
MOST_BYTES = 1 << 20
_EVENT_BYTES = 26
"""What CloudWatch counts for an event beside its message."""


@dataclass(frozen=True)
class Page:
    """Some events, and where they lie among all: `start` up to, not including, `end`."""

    events: Sequence[Json]
    start: int
    end: int


def page_of(events: Sequence[Json], request: Json) -> Page:
    """GetLogEvents' page: from the token on, in its direction; else the first or, by default, the last events.

    A token at the end of the stream leads to an empty page with the same token.
    """
    limit = min(request.get("limit", MOST_EVENTS), MOST_EVENTS)
    direction, position = position_of(request, len(events))
    if direction == "f":
        size = _fitting(events[position : position + limit])
        return Page(events[position : position + size], position, position + size)
    size = _fitting(reversed(events[max(0, position - limit) : position]))
    return Page(events[position - size : position], position - size, position)


def filtered(found: list[Json], streams: Sequence[str], request: Json) -> Json:
    """FilterLogEvents' answer: all streams' events by time, a page of them."""
    found.sort(key=lambda event: (event["timestamp"], event["logStreamName"]))
    start, limit = offset_of(request), min(request.get("limit", MOST_EVENTS), MOST_EVENTS)
    end = start + _fitting(found[start : start + limit])
    answer: Json = {
        "events": found[start:end],
        "searchedLogStreams": [{"logStreamName": name, "searchedCompletely": True} for name in streams],
    }
    return {**answer, "nextToken": str(end)} if end < len(found) else answer


def weight(event: Json) -> int:
    """What an event takes of a page, in bytes."""
    return len(event["message"].encode()) + _EVENT_BYTES


def offset_of(request: Json) -> int:
    """Where the page begins that a token of ours asks for; raises ServiceAnswerError for another's."""
    token = request.get("nextToken", "0")
    if not token.isdecimal():
        raise _invalid_token()
    return int(token)


def position_of(request: Json, count: int) -> tuple[str, int]:
    """Which way a page goes, `f` or `b`, and from where; raises ServiceAnswerError for a token of another stream."""
    token = request.get("nextToken")
    if token is None:
        return ("f", 0) if request.get("startFromHead", False) else ("b", count)
    direction, _, rest = token.partition("/")
    digits = rest.partition("/")[0]
    if direction not in {"f", "b"} or not digits.isdecimal() or int(digits) > count:
        raise _invalid_token()
    return direction, int(digits)


def _invalid_token() -> ServiceAnswerError:
    return ServiceAnswerError("InvalidParameterException", "The specified nextToken is invalid.")


def _fitting(events: Iterable[Json]) -> int:
    """How many events, from the first on, fit into one page; one always does."""
    size = count = 0
    for event in events:
        size += weight(event)
        if size > MOST_BYTES and count:
            break
        count += 1
    return count
