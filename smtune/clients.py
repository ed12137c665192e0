"""boto3's session with one client a service: to make one takes longer than most calls that it is made for."""

from __future__ import annotations

import threading
from typing import Any

import boto3


class ClientSession(boto3.Session):
    """A boto3.Session that gives the same client again where nothing else is asked for; clients are thread-safe.

    As with boto3, a client has the event handlers that its session had when the client was made.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """boto3's client of a service."""
        if args or options:
            return self.make_client(service_name, *args, **options)
        with self._making:
            if service_name not in self._clients:
                self._clients[service_name] = self.make_client(service_name)
            return self._clients[service_name]

    def make_client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """A new client."""
        return super().client(service_name, *args, **options)
