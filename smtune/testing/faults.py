"""Calls that go wrong on purpose, as AWS's go wrong: on the wire, so that boto3 repeats what it repeats there."""

from __future__ import annotations

import difflib
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from smtune.local.answers import ServiceAnswerError, refusal
from smtune.local.engine import Engine
from smtune.local.http.message import Request, Response
from smtune.local.http.protocols import dialect_of, model_of
from smtune.local.session import BY_WIRE

_S3 = "s3"


@dataclass(frozen=True)
class Call:
    """An operation of a service."""

    service: str
    operation: str

    @classmethod
    def parse(cls, text: str, services: tuple[str, ...]) -> Call:
        """`CreateHyperParameterTuningJob`, or `logs:GetLogEvents`; raises ValueError for what there is not."""
        service, _, operation = text.rpartition(":")
        service = service or "sagemaker"
        if service not in services:
            message = f"there is no service {service!r} here: {', '.join(services)}"
            raise ValueError(message)
        names = model_of(service).operation_names
        if operation not in names:
            near = difflib.get_close_matches(operation, names, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            message = f"{service} has no operation {operation!r}{hint}"
            raise ValueError(message)
        return cls(service, operation)


class Faults:
    """What is to go wrong, and the handlers of botocore's events that see to it."""

    def __init__(self, engine: Engine, events: Any) -> None:
        """`events`: those of a session, before it makes any client."""
        self._engine = engine
        self._waiting: dict[Call, deque[ServiceAnswerError]] = {}
        self.made: list[tuple[Call, dict[str, Any]]] = []
        """Each call that was made, with its parameters; what boto3 repeats counts once."""
        events.register_first("before-parameter-build", self._note)
        events.register_first("before-call", self._before_call)
        events.register_first("before-send", self._before_send)

    def add(self, operation: str, error: ServiceAnswerError, times: int) -> None:
        """The next `times` tries of an operation meet with an error."""
        if times < 1:
            message = f"times={times!r}: once, or more often"
            raise ValueError(message)
        self._waiting.setdefault(self._parsed(operation), deque()).extend([error] * times)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation."""
        wanted = self._parsed(operation)
        return [params for call, params in self.made if call == wanted]

    def _parsed(self, operation: str) -> Call:
        return Call.parse(operation, (*self._engine.services, _S3))

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.made.append((_call(model), dict(params)))

    def _before_call(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        call = _call(model)
        waiting = self._waiting.get(call)
        if not waiting:
            return None
        if call.service == _S3:  # whose answers are no documents that could be sent
            return refusal(waiting.popleft())
        params["context"][BY_WIRE] = call
        return None

    def _before_send(self, request: Any, **_: Any) -> AWSResponse:
        """One try on the wire."""
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        found = self._answer(request.context[BY_WIRE], Request(request.method, target, headers, body))
        return AWSResponse(request.url, found.status, HTTPHeaders.from_pairs(found.headers.items()), _Bytes(found.body))

    def _answer(self, call: Call, sent: Request) -> Response:
        dialect = dialect_of(call.service, sent)
        try:
            waiting = self._waiting.get(call)
            if waiting:
                raise waiting.popleft()
            operation, params = dialect.read(sent)
            return dialect.write(operation, self._engine.call(call.service, operation, params))
        except ServiceAnswerError as error:
            return dialect.refuse(error)


class _Bytes(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _call(model: Any) -> Call:
    return Call(model.service_model.service_name, model.name)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
