"""One connection: requests in, answers out. Nothing of a request is logged or kept: it may hold anything."""

from __future__ import annotations

import http.client
import io
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from smtune.errors import ConfigurationError
from smtune.local.answers import ServiceAnswerError
from smtune.local.http.bodies import Body, ChunkedBody, ClientGoneError, SizedBody
from smtune.local.http.message import Readable, Request, Response, chunks
from smtune.local.http.proxy import passed_on
from smtune.local.http.refusals import refusal_of
from smtune.local.http.routing import ForbiddenError, service_of

if TYPE_CHECKING:
    from smtune.local.http.server import Server

log = logging.getLogger(__name__)
_MOST_BYTES = 16 << 20
"""Of a request to the engine; objects, and what is handed through, have no limit."""
_IDLE_SECONDS = 120.0
_DROPPED_BYTES = 256 << 20
"""Of the body of a request that is refused."""
_DROPPED_AT_ONCE = 1 << 16
_LINGER_SECONDS = 2.0
_DROP_SECONDS = 60.0
_BARE = {204, 304}
"""Statuses of answers that have no body, nor its length (RFC 9110, 8.6)."""
_DIGITS = 18
_NO_LENGTH = 1 << 62
_NO_SIZE = "The request needs a Content-Length"
_HERE = "Here are sagemaker, s3, logs, cloudwatch and sts only"


class Handler(BaseHTTPRequestHandler):
    """As the standard library calls it."""

    protocol_version = "HTTP/1.1"
    server_version = "smtune"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True  # or the body waits 40 ms for the client to acknowledge the headers
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain"
    server: Server

    def handle_one_request(self) -> None:
        with suppress(ConnectionError), self.server.awaited(self.connection):  # who has gone needs no answer
            super().handle_one_request()

    def log_message(self, *_: object) -> None:
        """Nothing: request lines may hold what is nobody's business."""

    def _handle(self) -> None:
        self.server.has_come(self.connection)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request, body = Request(self.command, self.path, headers), self._body(headers)
        if body is None:
            self._send(self._plain(411, _NO_SIZE))
            return
        try:
            self._answer(request, body)
        except ForbiddenError as error:
            self._send(self._plain(403, str(error)))
        except ServiceAnswerError as error:
            self._send(refusal_of(request, error))
        except ClientGoneError:
            self.close_connection = True
            return
        self._drop(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _handle  # noqa: N815

    def _body(self, headers: Mapping[str, str]) -> SizedBody | ChunkedBody | None:
        """None where it cannot be told where the body ends."""
        digits, coding = headers.get("content-length", "0"), headers.get("transfer-encoding")
        if coding is not None:
            return ChunkedBody(self.rfile) if coding.lower() == "chunked" and "content-length" not in headers else None
        return SizedBody(self.rfile, int(digits)) if digits.isdecimal() and len(digits) <= _DIGITS else None

    def _answer(self, request: Request, body: SizedBody | ChunkedBody) -> None:
        """Raises ForbiddenError, ServiceAnswerError, ClientGoneError."""
        front = self.server.front
        service = service_of(request, self.server.token)
        if service == "s3" and front.objects is not None:
            self._send(front.objects.answer(request, body))
        elif isinstance(body, ChunkedBody):
            self._send(self._plain(411, _NO_SIZE))  # as at AWS
        elif front.answers(service):
            self._ask_engine(service, request, body)
        else:
            self._hand_through(request, body)

    def _ask_engine(self, service: str, request: Request, body: SizedBody) -> None:
        if body.left > _MOST_BYTES:
            self._send(self._plain(413, f"A request to the engine may have {_MOST_BYTES} bytes"))
            return
        whole = body.read()
        response = self.server.front.answer(service, replace(request, body=whole))
        if response is None:
            self._hand_through(request, SizedBody(io.BytesIO(whole), len(whole)))
        else:
            self._send(response)

    def _hand_through(self, request: Request, body: SizedBody) -> None:
        beside, began = self.server.front.beside, False
        if beside is None:
            self._send(self._plain(501, _HERE))
            return
        try:
            with beside.upstream().exchange(request.method, request.target, request.headers, body) as answer:
                began = True
                self._relay(answer)
        except ConfigurationError as error:
            raise ServiceAnswerError("NotImplemented", str(error), status=501) from error
        except (OSError, http.client.HTTPException) as error:
            self.close_connection = True
            log.warning("what is beside the engine does not answer: %s", error)
            if not began:  # else these bytes would be taken for the body's
                with suppress(OSError):
                    self._send(self._plain(503, "What is beside the engine does not answer"))

    def _relay(self, answer: http.client.HTTPResponse) -> None:
        """Pass an answer on. Without a length it goes in chunks, so that the client knows whether it has all of it."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in passed_on(answer):
            self.send_header(name, value)
        if answer.length is not None:
            self.end_headers()
            self._copy(answer, answer.length)
        elif self.request_version == "HTTP/1.1":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for chunk in _whole(answer):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Connection", "close")  # its end is the body's
            self.close_connection = True
            self.end_headers()
            for chunk in _whole(answer):
                self.wfile.write(chunk)

    def _copy(self, stream: Readable, size: int) -> None:
        sent = 0
        for chunk in chunks(stream, size):
            self.wfile.write(chunk)
            sent += len(chunk)
        if sent < size:
            self.close_connection = True  # or the client would wait for the rest

    def _drop(self, body: Body) -> None:
        """Read what is left of a body that nobody wanted: then the next request may follow on the same connection.

        A connection that is closed with bytes unread takes the answer with it.
        """
        if body.left == 0:
            return
        dropped, until = 0, time.monotonic() + _DROP_SECONDS
        self.connection.settimeout(_LINGER_SECONDS)
        try:
            while body.left and dropped < _DROPPED_BYTES and time.monotonic() < until:
                dropped += len(body.read(_DROPPED_AT_ONCE))
        except ClientGoneError:
            self.close_connection = True
        self.close_connection |= body.left > 0
        self.connection.settimeout(self.timeout)

    def _plain(self, status: int, text: str) -> Response:
        """An answer in no service's own dialect, and the last one: the body may still lie in the connection."""
        self.close_connection = True
        return Response(status, f"{text}\n".encode(), {"Content-Type": "text/plain", "Connection": "close"})

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in response.headers and response.status not in _BARE:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command == "HEAD" or response.status in _BARE:
            return
        self.wfile.write(response.body)
        if response.stream is not None:
            self._copy(response.stream, int(response.headers["Content-Length"]))


def _whole(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """A body of unknown length; raises HTTPException where it breaks off."""
    return chunks(answer, _NO_LENGTH)
