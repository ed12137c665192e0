"""Bodies of requests that are still in the connection: of a length that is said first, or in HTTP's chunks."""

from __future__ import annotations

from typing import Protocol

from smtune.local.http.message import Readable

_LONGEST_LINE = 4096


class Lines(Readable, Protocol):
    """A connection."""

    def readline(self, size: int, /) -> bytes: ...


class ClientGoneError(Exception):
    """The client ended the connection in the middle of its request, or sent what nobody can read."""


class Body(Protocol):
    """What a client sends after the headers."""

    @property
    def left(self) -> int:
        """Bytes that are not read yet; where that is unknown, 1 until there are none."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes, or all; fewer only at the end. Raises ClientGoneError where the connection ends before."""


class SizedBody:
    """Of a length that is known."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream = stream
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        chunk = _received(self._stream, wanted)
        if len(chunk) < wanted:
            raise ClientGoneError
        self.left -= len(chunk)
        return chunk


class ChunkedBody:
    """In chunks, each with its size before it (RFC 9112, 7.1)."""

    def __init__(self, stream: Lines) -> None:
        self._stream = stream
        self._in_chunk = 0
        self.left = 1

    def read(self, size: int = -1, /) -> bytes:
        parts = []
        while size != 0 and self.left:
            if self._in_chunk == 0 and not self._next_chunk():
                break
            part = _received(self._stream, self._in_chunk if size < 0 else min(size, self._in_chunk))
            if not part:
                raise ClientGoneError
            self._in_chunk -= len(part)
            size -= len(part) if size > 0 else 0
            parts.append(part)
            if self._in_chunk == 0:
                self._line()  # the end of the chunk's data
        return b"".join(parts)

    def _next_chunk(self) -> bool:
        digits = self._line().partition(b";")[0].strip()
        try:
            self._in_chunk = int(digits, 16)
        except ValueError:
            raise ClientGoneError from None
        if self._in_chunk < 0:
            raise ClientGoneError
        if self._in_chunk == 0:
            while self._line():
                pass  # trailers
            self.left = 0
        return self._in_chunk > 0

    def _line(self) -> bytes:
        try:
            line = self._stream.readline(_LONGEST_LINE)
        except OSError as error:
            raise ClientGoneError from error
        if not line.endswith(b"\n"):
            raise ClientGoneError
        return line.rstrip(b"\r\n")


def _received(stream: Readable, size: int) -> bytes:
    try:
        return stream.read(size) if size else b""
    except OSError as error:  # it may also be too slow
        raise ClientGoneError from error
