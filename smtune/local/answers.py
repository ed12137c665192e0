"""Answers and errors as botocore's event handlers give them: (http response, parsed body)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from smtune.errors import SmtuneError


class ServiceAnswerError(SmtuneError):
    """An error answer of the service; clients see botocore's ClientError."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class HttpResponse:
    """The part of an HTTP response that botocore looks at."""

    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
    raw: None = None
    """There are no bytes: what would be in them is parsed already."""


def answer(parsed: dict[str, Any]) -> tuple[HttpResponse, dict[str, Any]]:
    """A successful answer."""
    return HttpResponse(200), {**parsed, "ResponseMetadata": _metadata(200)}


def refusal(error: ServiceAnswerError) -> tuple[HttpResponse, dict[str, Any]]:
    """An error answer."""
    body = {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": _metadata(error.status),
    }
    return HttpResponse(error.status), body


def _metadata(status: int) -> dict[str, Any]:
    return {"RequestId": str(uuid.uuid4()), "HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
