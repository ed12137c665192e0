"""Hands requests through to another endpoint as they are: S3 and every service that the engine has not."""

from __future__ import annotations

import http.client
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from smtune.local.http.bodies import SizedBody
from smtune.local.http.message import chunks

_TIMEOUT = 60.0
# Those of one connection, which a proxy must not hand on (RFC 9110, 7.6.1), and what is said anew here.
_OWN = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-length"}


class Upstream:
    """The endpoint behind a URL."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no http(s) URL."""
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            message = "a URL with a user's name or password would be kept and shown: give keys as AWS_ACCESS_KEY_ID"
            raise ValueError(message)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{url!r} is not a URL such as http://127.0.0.1:5000"
            raise ValueError(message)
        if parts.path.strip("/") or parts.query or parts.fragment:
            message = f"{url!r} has more than a host and a port: S3 has its buckets right below"
            raise ValueError(message)
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port

    @contextmanager
    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: SizedBody
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request; yields the answer, still to be read.

        Raises OSError, HTTPException, ClientGoneError. The Host header stays the client's: its signature covers it.
        """
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=_TIMEOUT)
        try:
            written = quote(target.encode("latin-1"), safe=string.printable)  # also what a client has not encoded
            connection.putrequest(method, written, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name not in _OWN:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(body.left))
            connection.endheaders()
            for chunk in chunks(body, body.left):
                connection.send(chunk)
            yield connection.getresponse()
        finally:
            connection.close()


def passed_on(answer: http.client.HTTPResponse) -> list[tuple[str, str]]:
    """The headers of an answer that go on to the client: of its length only what holds."""
    left_out = _OWN if answer.chunked else _OWN - {"content-length"}
    return [(name, value) for name, value in answer.getheaders() if name.lower() not in left_out]
