"""Filters, order and pages of the List calls."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.records import Entry

Json = dict[str, Any]
DEFAULT_SIZE = 10


@dataclass(frozen=True)
class Listing:
    """What a List call chooses from."""

    entries: Sequence[Entry]
    summarize: Callable[[Entry], Json]
    """Makes an item of the answer; only called for those of the page."""
    default_sort: str = "CreationTime"


_SORT_KEYS: Mapping[str, Callable[[Entry], Any]] = {
    "Name": lambda entry: entry.name,
    "CreationTime": lambda entry: entry.created,
    "Status": lambda entry: entry.status,
    "FinalObjectiveMetricValue": lambda entry: entry.objective,
}


_FILTERS = frozenset(
    (
        *("StatusEquals", "NameContains", "CreationTimeAfter", "CreationTimeBefore"),
        *("LastModifiedTimeAfter", "LastModifiedTimeBefore"),
    )
)


def page(key: str, listing: Listing, request: Json) -> Json:
    """One page of the items that `request` asks for, below `key`, with a NextToken if there are more.

    Times in the request are seconds since the epoch, as on the wire. Raises ServiceAnswerError for a foreign token.
    """
    sort = request.get("SortBy", listing.default_sort)
    chosen = listing.entries
    if _FILTERS & request.keys():
        chosen = [entry for entry in chosen if _matches(entry, request)]
    if sort == "FinalObjectiveMetricValue":
        chosen = [entry for entry in chosen if entry.objective is not None]
    order = request.get("SortOrder", "Ascending" if listing.default_sort == "Name" else "Descending")
    chosen = sorted(chosen, key=_SORT_KEYS[sort], reverse=order == "Descending")
    answer = paged(key, chosen, request)
    return {**answer, key: [listing.summarize(entry) for entry in answer[key]]}


def paged(key: str, items: Sequence[Any], request: Json, *, default_size: int = DEFAULT_SIZE) -> Json:
    """One page of `items` below `key`, as `request` asks for; raises ServiceAnswerError for a foreign token."""
    start = _offset(request)
    end = start + request.get("MaxResults", default_size)
    result: Json = {key: list(items[start:end])}
    if end < len(items):
        result["NextToken"] = _token(request, end)
    return result


def _matches(entry: Entry, request: Json) -> bool:
    bounds = (
        ("CreationTimeAfter", entry.created, 1),
        ("CreationTimeBefore", entry.created, -1),
        ("LastModifiedTimeAfter", entry.modified, 1),
        ("LastModifiedTimeBefore", entry.modified, -1),
    )
    return (
        request.get("StatusEquals", entry.status) == entry.status
        and request.get("NameContains", "").lower() in entry.name.lower()
        and all(
            sign * (round(time, 3) - float(request[bound])) > 0  # answers give milliseconds
            for bound, time, sign in bounds
            if bound in request
        )
    )


def _offset(request: Json) -> int:
    token = request.get("NextToken")
    if token is None:
        return 0
    try:
        query, offset = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):  # neither text of ours nor a pair
        query, offset = None, 0
    if query != _query(request) or not isinstance(offset, int) or offset < 0:
        message = "The NextToken is not one of this query: ask again without it"
        raise ServiceAnswerError("ValidationException", message)
    return offset


def _token(request: Json, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_query(request), offset]).encode()).decode()


def _query(request: Json) -> str:
    fields = {name: value for name, value in request.items() if name not in {"NextToken", "MaxResults"}}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]
