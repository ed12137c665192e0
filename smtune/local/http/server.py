"""The server: one thread a connection."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from smtune.local.http.door import Door
from smtune.local.http.handler import Handler

if TYPE_CHECKING:
    from smtune.local.http.front import Front

log = logging.getLogger(__name__)
_MOST_CONNECTIONS = 200
"""At once; each takes a thread and some file descriptors, of which a process often has 1024."""
_LAST_ANSWERS_SECONDS = 5.0
_HEAD_SECONDS = 120.0
"""From the end of a request to that of the next one's headers: also for who sends a byte now and then."""


class Server(ThreadingHTTPServer):
    """Listens at a door and hands each connection to a thread."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, door: Door, front: Front) -> None:
        """Raises OSError where the address cannot be had."""
        self.front = front
        self.token = door.token
        self.address_family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
        self._open: set[socket.socket] = set()
        self._awaited: dict[socket.socket, float] = {}
        handler: type[BaseHTTPRequestHandler] = Handler
        super().__init__((door.host, door.port), handler)

    def server_bind(self) -> None:
        """Without the look-up of this machine's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

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

    @contextmanager
    def awaited(self, connection: socket.socket) -> Iterator[None]:
        """While inside, a request is to come on a connection, or the connection ends."""
        self._awaited[connection] = time.monotonic() + _HEAD_SECONDS
        try:
            yield
        finally:
            self.has_come(connection)

    def has_come(self, connection: socket.socket) -> None:
        """The headers of the request are read; its body has a time of its own."""
        self._awaited.pop(connection, None)

    def service_actions(self) -> None:
        """Every moment: cut off who is too slow."""
        now = time.monotonic()
        for connection in [each for each, until in list(self._awaited.items()) if until < now]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  the signature is given
        """A bug in one connection ends that connection only."""
        log.exception("a connection failed")  # noqa: LOG004  called while there is one

    def hang_up(self) -> None:
        """No further request on any connection; each ends with the answer that is under way, if that comes soon."""
        self._shut(socket.SHUT_RD)
        until = time.monotonic() + _LAST_ANSWERS_SECONDS
        while self._open and time.monotonic() < until:
            time.sleep(0.01)
        self._shut(socket.SHUT_RDWR)

    def _shut(self, way: int) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(way)
