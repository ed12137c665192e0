"""Reads a part of a file, and notices when the file is not the one that was hashed."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections.abc import Iterator

from smtune.data.upload.hashes import Stamp, changed
from smtune.data.upload.storage import Item

_PIECE = 1 << 18


def read_whole(item: Item) -> bytes:
    """All bytes of a file; raises FileChangedError if they are not the ones that were hashed."""
    size = item.digest.bytes
    body = b"".join(_pieces(item, 0, size, max(size, 1)))
    if hashlib.sha256(body).hexdigest() != item.digest.sha256:
        raise changed(item.source)
    return body


def crc32_of(item: Item, start: int, size: int) -> str:
    """The CRC-32 of `size` bytes from `start`, as S3 writes it; raises FileChangedError if the file is another one."""
    value = 0
    for piece in _pieces(item, start, size, _PIECE):
        value = zlib.crc32(piece, value)
    return base64.b64encode(value.to_bytes(4, "big")).decode()


def md5_of(item: Item, start: int, size: int) -> str:
    """The MD5 (hexadecimal) of `size` bytes from `start`; raises FileChangedError if the file is another one."""
    digest = hashlib.md5(usedforsecurity=False)
    for piece in _pieces(item, start, size, _PIECE):
        digest.update(piece)
    return digest.hexdigest()


def refuse_changed(item: Item) -> None:
    """Raise FileChangedError if the file is not the one that was hashed."""
    if Stamp.of(item.source.stat()) != item.digest.stamp:
        raise changed(item.source)


def _pieces(item: Item, start: int, size: int, most: int) -> Iterator[bytes]:
    with item.source.open("rb", buffering=0) as stream:
        stream.seek(start)
        left = size
        while left and (piece := stream.read(min(left, most))):
            left -= len(piece)
            yield piece
        if left or Stamp.of(os.fstat(stream.fileno())) != item.digest.stamp:
            raise changed(item.source)
