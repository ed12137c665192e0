"""Which of S3's operations a request is: by botocore's model, so that also one we do not answer has its name."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from smtune.local.answers import ServiceAnswerError
from smtune.local.http.message import Request
from smtune.local.http.protocols import model_of

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_PATH = re.compile(r"(?:/|/?\{Bucket\}|/?\{Key\+\})*")
_IN_NAME = re.compile(r"(.+?)(?:\.s3)?\.localhost(?::\d+)?")


@dataclass(frozen=True)
class Place:
    """Bucket and key of a request, either may be empty, and its query."""

    bucket: str
    key: str
    query: Mapping[str, str]

    @classmethod
    def of(cls, request: Request) -> Place:
        """The bucket is in the path, or in the Host, as `bucket.localhost`; raises ServiceAnswerError."""
        path, _, query = request.target.partition("?")
        in_name = _IN_NAME.fullmatch(request.headers.get("host", ""))
        if in_name is not None and in_name[1] != "s3":
            path = f"/{in_name[1]}{path}"
        bucket, _, key = (_text(part) for part in path.lstrip("/").partition("/"))
        if bucket and _BUCKET.fullmatch(bucket) is None:
            raise ServiceAnswerError("InvalidBucketName", "The specified bucket is not valid.")
        return cls(bucket, key, dict(parse_qsl(_raw(query), keep_blank_values=True)))


@dataclass(frozen=True)
class _Route:
    """What a request must have to be this operation."""

    operation: str
    method: str
    path: tuple[bool, bool]
    """Whether there is a bucket, and a key."""
    said: Mapping[str, str]
    """What the query must say."""
    needed: Set[str]
    """Names that the query must have, with any value."""
    headers: Set[str]

    @property
    def weight(self) -> int:
        return len(self.said) + len(self.needed) + len(self.headers)

    def fits(self, request: Request, place: Place) -> bool:
        return (
            (self.method, self.path) == (request.method, (bool(place.bucket), bool(place.key)))
            and self.said.items() <= place.query.items()
            and self.needed <= place.query.keys()
            and self.headers <= request.headers.keys()
        )


def operation_of(request: Request, place: Place, known: Set[str]) -> str:
    """The operation that asks for most of what the request has; raises ServiceAnswerError for none."""
    fitting = [route for route in _routes() if route.fits(request, place)]
    if not fitting:
        message = "The specified method is not allowed against this resource."
        raise ServiceAnswerError("MethodNotAllowed", message, status=405)
    return max(fitting, key=lambda route: (route.weight, route.operation in known)).operation


def _text(part: str) -> str:
    """Percent-encoded UTF-8; what a client has not encoded counts as well, as at S3."""
    return unquote_to_bytes(_raw(part)).decode(errors="replace")


def _raw(text: str) -> str:
    """A request line is read as Latin-1, whatever the client meant by its bytes."""
    return quote(text.encode("latin-1"), safe=string.printable)


@cache
def _routes() -> tuple[_Route, ...]:
    model = model_of("s3")
    found = [_route(model.operation_model(name)) for name in model.operation_names]
    return tuple(route for route in found if route is not None)


def _route(operation: Any) -> _Route | None:
    path, _, query = operation.http["requestUri"].partition("?")
    if _PATH.fullmatch(path) is None:
        return None  # a path of its own
    names: dict[str, set[str]] = {"uri": set(), "querystring": set(), "header": set()}
    shape = operation.input_shape
    for member in shape.required_members if shape is not None else ():
        written = shape.members[member].serialization
        names.get(written.get("location", ""), set()).add(written.get("name", ""))
    return _Route(
        operation.name,
        operation.http["method"],
        # Not by the path: a client in this process takes the bucket out of its model's paths.
        ("Bucket" in names["uri"], "Key" in names["uri"]),
        dict(parse_qsl(query, keep_blank_values=True)),
        names["querystring"],
        {name.lower() for name in names["header"]},
    )
