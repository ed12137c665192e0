"""Filters, order and pages of the List calls."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.local.answers import ServiceAnswerError

Json = dict[str, Any]
DEFAULT_SIZE = 10


@dataclass(frozen=True)
class Listing:
    """What a List call chooses from."""

    items: Sequence[Json]
    name: str
    """The key that NameContains looks at."""
    status: str
    """The key that StatusEquals looks at."""
    sort_keys: Mapping[str, Callable[[Json], Any]]
    default_sort: str = "CreationTime"


def page(key: str, listing: Listing, request: Json) -> Json:
    """One page of the items that `request` asks for, below `key`, with a NextToken if there are more.

    Times in the request are seconds since the epoch, as on the wire. Raises ServiceAnswerError for a foreign token.
    """
    chosen = [item for item in listing.items if _matches(listing, item, request)]
    descending = (
        request.get("SortOrder", "Ascending" if listing.default_sort == "Name" else "Descending") == "Descending"
    )
    chosen.sort(key=listing.sort_keys[request.get("SortBy", listing.default_sort)], reverse=descending)
    return paged(key, chosen, request)


def paged(key: str, items: Sequence[Any], request: Json, *, default_size: int = DEFAULT_SIZE) -> Json:
    """One page of `items` below `key`, as `request` asks for; raises ServiceAnswerError for a foreign token."""
    start = _offset(request)
    end = start + request.get("MaxResults", default_size)
    result: Json = {key: list(items[start:end])}
    if end < len(items):
        result["NextToken"] = _token(request, end)
    return result


def _matches(listing: Listing, item: Json, request: Json) -> bool:
    bounds = (
        ("CreationTimeAfter", "CreationTime", 1),
        ("CreationTimeBefore", "CreationTime", -1),
        ("LastModifiedTimeAfter", "LastModifiedTime", 1),
        ("LastModifiedTimeBefore", "LastModifiedTime", -1),
    )
    return (
        request.get("StatusEquals", item[listing.status]) == item[listing.status]
        and request.get("NameContains", "").lower() in item[listing.name].lower()
        and all(
            sign * (item[field].timestamp() - float(request[bound])) > 0
            for bound, field, sign in bounds
            if bound in request
        )
    )


def _offset(request: Json) -> int:
    token = request.get("NextToken")
    if token is None:
        return 0
    try:
        query, offset = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error):
        query, offset = None, 0
    if query != _query(request):
        message = "The NextToken is not one of this query: ask again without it"
        raise ServiceAnswerError("ValidationException", message)
    return int(offset)


def _token(request: Json, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([_query(request), offset]).encode()).decode()


def _query(request: Json) -> str:
    fields = {name: value for name, value in request.items() if name not in {"NextToken", "MaxResults"}}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]
