"""AWS's own chunks within a body: sizes, data and a trailer with the checksum, as SDKs send what they read only once.

Signatures of chunks are passed over, like those of requests.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from smtune.local.answers import ServiceAnswerError
from smtune.local.checksums import hasher
from smtune.local.http.bodies import Body

_LONGEST_LINE = 4096
_READ = 1 << 16
_PREFIX = "x-amz-checksum-"


def is_chunked(headers: Mapping[str, str]) -> bool:
    """Whether a request's body (headers in lower case) is of such chunks."""
    return headers.get("x-amz-content-sha256", "").startswith("STREAMING-") or "aws-chunked" in _encodings(headers)


def without_chunks(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the same request with the bare data: what is left of its encoding is the object's own."""
    kept = {name: text for name, text in headers.items() if name != "content-encoding"}
    own = ",".join(name for name in _encodings(headers) if name != "aws-chunked")
    return kept | ({"content-encoding": own} if own else {})


class AwsChunks:
    """The data in such a body; its end raises ServiceAnswerError where the trailer's checksum is another."""

    def __init__(self, body: Body, headers: Mapping[str, str]) -> None:
        self._body = body
        self._left = 0
        self._over = False
        self._buffer = b""
        algorithm = headers.get("x-amz-trailer", "").lower().removeprefix(_PREFIX)
        self._hasher = hasher(algorithm) if algorithm else None

    def read(self, size: int = -1, /) -> bytes:
        parts = []
        while size != 0 and not self._over:
            if self._left == 0 and not self._next_chunk():
                break
            part = self._take(min(self._left, _READ) if size < 0 else min(size, self._left, _READ))
            self._left -= len(part)
            size -= len(part) if size > 0 else 0
            parts.append(part)
            if self._left == 0:
                self._line()  # the end of the chunk's data
        data = b"".join(parts)
        if self._hasher is not None:
            self._hasher.update(data)
        if self._over and not data:
            self._check()
        return data

    def _next_chunk(self) -> bool:
        """Whether there is another."""
        size = self._line().partition(b";")[0]
        try:
            self._left = int(size, 16)
        except ValueError:
            raise ServiceAnswerError(
                "InvalidRequest", "The body is not in the chunks that it claims to be in"
            ) from None
        if self._left < 0:
            raise ServiceAnswerError("InvalidRequest", "A chunk has no negative size")
        self._over = self._left == 0
        return not self._over

    def _check(self) -> None:
        """Read the trailer, once."""
        hashed, self._hasher = self._hasher, None
        while line := self._line(b"\r\n"):
            name, _, text = line.decode("latin-1").partition(":")
            if hashed is None or not name.lower().startswith(_PREFIX):
                continue
            if text.strip() != base64.b64encode(hashed.digest()).decode():
                raise ServiceAnswerError("BadDigest", "The checksum you specified did not match the calculated one.")

    def _take(self, size: int) -> bytes:
        """At least a byte, at most `size`."""
        if not self._buffer:
            self._buffer = self._more()
        part, self._buffer = self._buffer[:size], self._buffer[size:]
        return part

    def _more(self, at_end: bytes = b"") -> bytes:
        """The next bytes of the body."""
        chunk = self._body.read(_READ) or at_end
        if not chunk:
            raise ServiceAnswerError("IncompleteBody", "The body ends in the middle of a chunk")
        return chunk

    def _line(self, at_end: bytes = b"") -> bytes:
        """The next line without its end; `at_end` is what comes after the body's last byte."""
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > _LONGEST_LINE:
                raise ServiceAnswerError("InvalidRequest", "The body is not in the chunks that it claims to be in")
            self._buffer += self._more(at_end)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line


def _encodings(headers: Mapping[str, str]) -> list[str]:
    return [name.strip() for name in headers.get("content-encoding", "").split(",") if name.strip()]
