"""An object -> a file: all of it, or whole lines of a part, as they are read of a large file on this machine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from smtune.data.compare.stored.listing import Stored
from smtune.data.compare.stored.shares import LEAST, Share
from smtune.data.compare.stored.store import Store

_PIECES = 16
_CHUNK = 8 << 20
_SMALL_CHUNK = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS


def write_whole(store: Store, wanted: Stored, target: Path) -> None:
    """The object as it is."""
    with target.open("wb") as file:
        for chunk in _chunks(store, wanted, 0, wanted.size):
            file.write(chunk)


def write_lines(store: Store, share: Share, target: Path) -> None:
    """Lines from all over the object; where cells are quoted, or a line is very long, from its beginning.

    A line in the middle of an object with quotes may be one of a cell.
    """
    wanted, piece = share.object, max(LEAST, share.bytes // _PIECES)
    head = store.read(wanted.key, wanted.etag, 0, min(piece, share.bytes, _CHUNK))
    is_plain = b'"' not in head and b"\n" in head
    count = max(1, share.bytes // piece) if is_plain else 1
    with target.open("wb") as file:
        end = piece if count > 1 else share.bytes
        _add_lines(file, _after(head, store, wanted, end), is_last=end >= wanted.size)
        for number in range(1, count):
            start = number * (wanted.size // count)
            chunks = _without_first_line(_chunks(store, wanted, start, start + piece))
            _add_lines(file, chunks, is_last=start + piece >= wanted.size)


def write_unzipped(store: Store, share: Share, target: Path) -> None:
    """The first lines of a .gz object, unzipped, of as many bytes as its share; zlib.error for what is no .gz."""
    with target.open("wb") as file:
        _add_lines(file, _unzipped(store, share), is_last=False)


def _chunks(store: Store, wanted: Stored, start: int, end: int, size: int = _CHUNK) -> Iterator[bytes]:
    for begin in range(start, end, size):
        yield store.read(wanted.key, wanted.etag, begin, min(size, end - begin))


def _after(head: bytes, store: Store, wanted: Stored, end: int) -> Iterator[bytes]:
    """The bytes from the first one on, of which some have been read."""
    yield head
    yield from _chunks(store, wanted, len(head), end)


def _without_first_line(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """What follows the first end of a line: what stands before it is the end of a line that began elsewhere."""
    for chunk in chunks:
        after = chunk.find(b"\n") + 1
        if after:
            yield chunk[after:]
            break
    yield from chunks


def _add_lines(file: BinaryIO, chunks: Iterator[bytes], *, is_last: bool) -> None:
    """All chunks up to the last end of a line; to their end where the object ends there."""
    whole = file.tell()
    for chunk in chunks:
        ended = chunk.rfind(b"\n") + 1
        whole = file.tell() + ended if ended else whole
        file.write(chunk)
    if not is_last:
        file.seek(whole)
        file.truncate()


def _unzipped(store: Store, share: Share) -> Iterator[bytes]:
    engine, left = zlib.decompressobj(_GZIP), share.bytes
    for chunk in _chunks(store, share.object, 0, min(share.bytes, share.object.size), _SMALL_CHUNK):
        rest = chunk
        while rest and left:
            if engine.eof:  # one archive may follow another
                engine = zlib.decompressobj(_GZIP)
            piece = engine.decompress(rest, min(left, _CHUNK))
            rest = engine.unused_data.lstrip(b"\0") if engine.eof else engine.unconsumed_tail
            left -= len(piece)
            yield piece
        if not left:
            return
