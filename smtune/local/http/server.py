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
from smtune.local.http.proxy import Upstream, chunks, passed_on
from smtune.local.http.routing import ForbiddenError, service_of
from smtune.local.settings import Settings

log = logging.getLogger(__name__)
HOST = "127.0.0.1"
_MOST_BYTES = 16 << 20
"""Of a request to the engine; what is handed through has no limit."""
_IDLE_SECONDS = 120.0


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

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)
            self.front.engine.store.close()  # this thread's

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
    server: _Server

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):  # who has gone needs no answer
            super().handle_one_request()

    def log_message(self, *_: object) -> None:
        """Nothing: request lines may hold what is nobody's business."""

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        size = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not size.isdecimal():
            self._plain(411, "The request needs a Content-Length")
            return
        request = Request(self.command, self.path, headers)
        try:
            service = service_of(request)
        except ForbiddenError as error:
            self._plain(403, str(error))
            return
        if service is None:
            self._hand_through(request, int(size))
        elif int(size) > _MOST_BYTES:
            self._plain(413, f"A request to the engine may have {_MOST_BYTES} bytes")
        else:
            body = self.rfile.read(int(size))
            self._send(self.server.front.answer(service, replace(request, body=body)))

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _handle  # noqa: N815

    def _hand_through(self, request: Request, size: int) -> None:
        upstream = self.server.front.upstream
        if upstream is None:
            self._plain(501, "Here are sagemaker, logs, cloudwatch and sts only; for S3 start it with --s3 URL")
            return
        try:
            with upstream.exchange(request.method, request.target, request.headers, self.rfile, size) as answer:
                self._relay(request, answer)
        except (OSError, http.client.HTTPException) as error:
            self.close_connection = True
            log.warning("%s does not answer: %s", upstream.url, error)
            with suppress(OSError):
                self._plain(503, f"{upstream.url} does not answer")

    def _relay(self, request: Request, answer: http.client.HTTPResponse) -> None:
        headers = passed_on(answer.getheaders())
        self.send_response_only(answer.status, answer.reason)
        for name, value in headers:
            self.send_header(name, value)
        length = answer.getheader("Content-Length")
        if length is None and request.method != "HEAD":
            self.send_header("Connection", "close")  # its end is the body's
            self.close_connection = True
        self.end_headers()
        if request.method != "HEAD":
            for chunk in chunks(answer, int(length) if length else 1 << 62):
                self.wfile.write(chunk)

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
