"""A large file -> the lines of evenly spaced parts of it, with their true line numbers. Memory stays small."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

_BLOCKS = 16
_CHUNK = 1 << 20
_LEAST = 1 << 16
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading raises; the last two are of a .gz file that is cut off, or is none."""


@dataclass(frozen=True)
class Block:
    """Whole lines of a file, from a byte on."""

    file: Path
    start: int
    length: int
    line: int
    """The number of its first line, from 1."""

    def lines(self) -> Iterator[bytes]:
        """The lines that begin within the block."""
        with _open(self.file) as stream:
            stream.seek(self.start)
            position = 0
            for line in stream:
                if position >= self.length:
                    return
                position += len(line)
                yield line


@dataclass(frozen=True)
class Excerpt:
    """What of a set's files is read."""

    blocks: tuple[Block, ...]
    bytes: int
    """The size of the files."""
    is_whole: bool


def excerpt(files: Sequence[Path], limit: int) -> Excerpt:
    """At most about `limit` bytes of the files (everything where it is 0), a share of each."""
    sizes = [file.stat().st_size for file in files]
    whole = sum(sizes) <= limit or not limit
    if whole and not any(_is_zipped(file) for file in files):
        blocks = [Block(file, 0, size, 1) for file, size in zip(files, sizes, strict=True)]
        return Excerpt(tuple(blocks), sum(sizes), is_whole=True)
    found = list[Block]()
    for file, size in zip(files, sizes, strict=True):
        share = max(_LEAST, limit * size // max(sum(sizes), 1)) if limit else 0
        found.extend(_blocks(file, size, share))
    is_whole = all(block.length == 0 or _covers(block) for block in found)
    return Excerpt(tuple(found), sum(sizes), is_whole)


def _blocks(file: Path, size: int, limit: int) -> Iterator[Block]:
    if _is_zipped(file):
        yield Block(file, 0, limit or 1 << 62, 1)
    elif not limit or size <= limit:
        yield Block(file, 0, size, 1)
    elif _has_quotes(file):
        # A line in the middle may be one of a cell: only the beginning is certain.
        yield Block(file, 0, limit, 1)
    else:
        yield from _spread(file, size, limit)


def _spread(file: Path, size: int, limit: int) -> Iterator[Block]:
    position, line = 0, 1
    with file.open("rb") as stream:
        for number in range(_BLOCKS):
            target = number * (size // _BLOCKS)
            while position < target:
                chunk = stream.read(min(_CHUNK, target - position))
                line += chunk.count(b"\n")
                position += len(chunk)
            if number:
                position += len(stream.readline())
                line += 1
            yield Block(file, position, limit // _BLOCKS, line)


def _covers(block: Block) -> bool:
    if _is_zipped(block.file):
        return sum(len(line) for line in islice(block.lines(), None)) < block.length
    return block.start == 0 and block.length >= block.file.stat().st_size


def _has_quotes(file: Path) -> bool:
    with file.open("rb") as stream:
        return b'"' in stream.read(_CHUNK)


def _is_zipped(file: Path) -> bool:
    return file.suffix.lower() == ".gz"


def _open(file: Path) -> IO[bytes]:
    return gzip.open(file, "rb") if _is_zipped(file) else file.open("rb")  # type: ignore[return-value]
