"""A request and an answer of HTTP, without the connection."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    target: str
    """Path and query, as they came."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Response:
    """What it gets."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def request_id() -> str:
    """As every answer of AWS carries one."""
    return str(uuid.uuid4())
