"""The server: one thread a connection, on 127.0.0.1 only."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.engine import Engine
from smtune.local.http.message import Request, Response
from smtune.local.http.protocols import Dialect, dialect_of
from smtune.local.http.proxy import ClientGoneError, Upstream, chunks, passed_on
from smtune.local.http.routing import ForbiddenError, service_of
from smtune.local.settings import Settings

log = logging.getLogger(__name__)
HOST = "127.0.0.1"
_MOST_BYTES = 16 << 20
"""Of a request to the engine; what is handed through has no limit."""
_IDLE_SECONDS = 120.0
_MOST_CONNECTIONS = 200
"""At once; each takes a thread and some file descriptors, of which a process often has 1024."""
_DROPPED_BYTES = 256 << 20
"""Of the body of a request that is refused."""
_LINGER_SECONDS = 2.0
_DIGITS = 18


class Front:
    """The engine behind HTTP, with S3 and everything else at another endpoint, if there is one."""

    def __init__(self, settings: Settings, *, port: int = 0, s3: str | None = None) -> None:
        """Listen on a port (0: any that is free); raises OSError, and ValueError for an endpoint that is no URL."""
        self.upstream = None if s3 is None else Upstream(s3)
        self.engine = Engine(replace(settings, s3_endpoint=self.upstream.url if self.upstream else None))
        self._server = _Server((HOST, port), _Handler)
        self._server.front = self
        self.url = f"http://{HOST}:{self._server.server_port}"

    def serve(self) -> None:
        """Answer until `close`, or an exception such as Ctrl-C."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stop listening, and end the connections there are."""
        self._server.server_close()
        self._server.hang_up()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread; yields the URL."""
        thread = threading.Thread(target=self.serve, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.shutdown()
            self.close()
            thread.join()

    def answer(self, service: str, request: Request) -> Response:
        """The engine's answer to a request for one of its services."""
        dialect: Dialect = dialect_of(service, request)
        try:
            operation, params = dialect.read(request)
            return dialect.write(operation, self.engine.call(service, operation, params))
        except ServiceAnswerError as error:
            return dialect.refuse(error)
        except Exception:  # a bug must not cut the connection without a word
            log.exception("%s failed", service)
            message = "The local engine has a bug; its own output says where"
            return dialect.refuse(ServiceAnswerError("InternalFailure", message, status=500))


class _Server(ThreadingHTTPServer):
    front: Front
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002  the signature is given
        return len(self._open) < _MOST_CONNECTIONS

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)  # before its thread begins, or `hang_up` could miss it
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.front.engine.store.close()  # this thread's

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End kept-alive connections, so that their threads end."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "smtune"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True  # or the body waits 40 ms for the client to acknowledge the headers
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain"
    server: _Server

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):  # who has gone needs no answer
            super().handle_one_request()

    def log_message(self, *_: object) -> None:
        """Nothing: request lines may hold what is nobody's business."""

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        digits = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not digits.isdecimal() or len(digits) > _DIGITS:
            self._plain(411, "The request needs a Content-Length")
            return
        request, size = Request(self.command, self.path, headers), int(digits)
        try:
            service = service_of(request)
        except ForbiddenError as error:
            self._refuse(403, str(error), size)
            return
        if service is None:
            self._hand_through(request, size)
        elif size > _MOST_BYTES:
            self._refuse(413, f"A request to the engine may have {_MOST_BYTES} bytes", size)
        else:
            body = self.rfile.read(size)
            self._send(self.server.front.answer(service, replace(request, body=body)))

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _handle  # noqa: N815

    def _hand_through(self, request: Request, size: int) -> None:
        upstream = self.server.front.upstream
        if upstream is None:
            self._refuse(501, "Here are sagemaker, logs, cloudwatch and sts only; for S3 start it with --s3 URL", size)
            return
        began = False
        try:
            with upstream.exchange(request.method, request.target, request.headers, self.rfile, size) as answer:
                began = True
                self._relay(answer)
        except ClientGoneError:
            self.close_connection = True
        except (OSError, http.client.HTTPException) as error:
            self.close_connection = True
            log.warning("%s does not answer: %s", upstream.url, error)
            if not began:  # else these bytes would be taken for the body's
                with suppress(OSError):
                    self._plain(503, f"{upstream.url} does not answer")

    def _relay(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in passed_on(answer.getheaders()):
            self.send_header(name, value)
        length = answer.length
        if length is None:
            self.send_header("Connection", "close")  # its end is the body's
            self.close_connection = True
        self.end_headers()
        sent = 0
        for chunk in chunks(answer, 1 << 62 if length is None else length):
            self.wfile.write(chunk)
            sent += len(chunk)
        if length is not None and sent < length:
            self.close_connection = True  # or the client would wait for the rest

    def _refuse(self, status: int, text: str, size: int) -> None:
        """Answer without a look at the body of `size` bytes.

        What is sent of it is then dropped: a connection that is closed with bytes unread takes the answer with it.
        """
        self._plain(status, text)
        self.connection.settimeout(_LINGER_SECONDS)
        with suppress(OSError):
            for _ in chunks(self.rfile, min(size, _DROPPED_BYTES)):
                pass

    def _plain(self, status: int, text: str) -> None:
        """An answer in no service's own dialect."""
        self.close_connection = True  # the body may still lie in the connection
        self._send(Response(status, f"{text}\n".encode(), {"Content-Type": "text/plain", "Connection": "close"}))

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        headers: Mapping[str, str] = {**response.headers, "Content-Length": str(len(response.body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
