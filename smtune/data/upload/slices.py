"""Reads a part of a file, and notices when the file is not the one that was hashed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

from smtune.data.upload.hashes import Stamp, changed
from smtune.data.upload.storage import Item

_PIECE = 1 << 18


def read_slice(item: Item, start: int, size: int) -> bytes:
    """`size` bytes from `start`; raises FileChangedError if the file is another one by now."""
    return b"".join(_pieces(item, start, size, max(size, 1)))


def read_same(item: Item, start: int, size: int, sha256: str) -> bytes:
    """`read_slice`, which also raises FileChangedError where the bytes have another hash than `sha256`."""
    body = read_slice(item, start, size)
    if hashlib.sha256(body).hexdigest() != sha256:
        raise changed(item.source)
    return body


def hash_slice(item: Item, start: int, size: int, algorithm: str = "sha256") -> str:
    """The digest (hexadecimal) of `size` bytes from `start`; raises FileChangedError as `read_slice` does."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for piece in _pieces(item, start, size, _PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(item: Item, start: int, size: int, most: int) -> Iterator[bytes]:
    with item.source.open("rb", buffering=0) as stream:
        stream.seek(start)
        left = size
        while left and (piece := stream.read(min(left, most))):
            left -= len(piece)
            yield piece
        if left or Stamp.of(os.fstat(stream.fileno())) != item.digest.stamp:
            raise changed(item.source)
