"""The engine behind HTTP: who answers a request, and the server's life."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from smtune.errors import ConfigurationError
from smtune.local.answers import ServiceAnswerError
from smtune.local.engine import Engine
from smtune.local.http.beside import Beside, Elsewhere
from smtune.local.http.door import Door
from smtune.local.http.message import Request, Response
from smtune.local.http.objects import BUG, ObjectFront
from smtune.local.http.protocols import Dialect, dialect_of
from smtune.local.http.server import Server
from smtune.local.settings import Settings

log = logging.getLogger(__name__)
_CLOSED_DOOR = Door()


class Front:
    """The engine behind HTTP, S3 on its folder; or S3 and everything else at another endpoint, if one is named."""

    def __init__(
        self, settings: Settings, door: Door = _CLOSED_DOOR, *, s3: str | None = None, beside: Beside | None = None
    ) -> None:
        """Listen at a door. `s3` is the URL of an endpoint, `beside` has the services that the engine has not.

        Raises ConfigurationError where the address cannot be had, and ValueError for an endpoint that is no URL.
        """
        self.beside = Elsewhere(s3) if s3 is not None else beside
        endpoint = None if s3 is None else s3.rstrip("/")
        self.engine = Engine(replace(settings, s3_endpoint=endpoint))
        self.objects = ObjectFront(settings) if s3 is None else None
        """S3 on the folder; None where it is at another endpoint."""
        self.door = door
        self._server = _listening(door, self)
        self.url = door.url(self._server.server_port)

    def serve(self) -> None:
        """Answer until `close`, or an exception such as Ctrl-C."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stop listening, let the answers be sent that are under way, and end the connections there are."""
        self._server.server_close()
        self._server.hang_up()
        if self.beside is not None:
            self.beside.close()

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

    def answers(self, service: str) -> bool:
        """Whether the engine has a service."""
        return service in self.engine.services

    def answer(self, service: str, request: Request) -> Response | None:
        """The engine's answer to a request for one of its services; None for what is to be asked elsewhere."""
        dialect: Dialect = dialect_of(service, request)
        try:
            operation, params = dialect.read(request)
            if service == "sts" and operation != "GetCallerIdentity" and self.beside is not None:
                return None  # roles are there, too
            return dialect.write(operation, self.engine.call(service, operation, params))
        except ServiceAnswerError as error:
            return dialect.refuse(error)
        except Exception:  # a bug must not cut the connection without a word
            log.exception("%s failed", service)
            return dialect.refuse(ServiceAnswerError("InternalFailure", BUG, status=500))


def _listening(door: Door, front: Front) -> Server:
    try:
        return Server(door, front)
    except OSError as error:
        place = f"port {door.port} of {door.host}"
        message = f"cannot listen on {place}: {error.strerror or error}"
        if error.errno == errno.EADDRINUSE:
            message = f"{place} is taken: name another with --port; 0 is any that is free"
        raise ConfigurationError(message) from error
