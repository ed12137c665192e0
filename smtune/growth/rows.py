"""Files -> their rows, byte by byte as they are: lines, or CSV records, which may be several lines."""

from __future__ import annotations

import contextlib
import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from smtune.data.check.csv_layout import is_header
from smtune.errors import UsageError
from smtune.growth.channel import Cut

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RowFile:
    """One file of a channel."""

    path: Path
    name: str
    """Below the channel's prefix, with slashes."""
    cut: Cut
    header: bool
    """Whether it begins with the names of its columns."""

    def rows(self) -> Iterator[bytes]:
        """Its rows, without the header; raises UsageError for what is no such file."""
        records = self.records()
        return islice(records, 1, None) if self.header else records

    def head(self) -> bytes:
        """The header, or nothing."""
        return next(self.records(), b"") if self.header else b""

    def records(self) -> Iterator[bytes]:
        """Every row, the header among them; each ends with a line feed, blank lines are left out."""
        try:
            with opened(self.path) as stream:
                yield from _quoted(stream, self.name) if self.cut == "csv" else _filled(stream)
        except (OSError, EOFError, zlib.error) as error:
            message = f"{self.name} cannot be read: {error}"
            raise UsageError(message) from error

    def write(self, rows: Iterator[bytes], target: Path) -> None:
        """A file of these rows, in the form of this one; the same rows make the same bytes."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as raw, contextlib.ExitStack() as stack:
            stream: IO[bytes] | gzip.GzipFile = raw
            if is_zipped(self.path):
                stream = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))
            stream.write(self.head())
            stream.writelines(rows)


def opened(path: Path) -> IO[bytes]:
    """A file to read, unzipped where it is zipped, whatever it is called."""
    return gzip.open(path, "rb") if is_zipped(path) else path.open("rb")  # type: ignore[return-value]


def is_zipped(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP


def looks_like_header(path: Path, name: str) -> bool:
    """Whether the first record of a CSV file names its columns."""
    first = [record.removeprefix(_BOM).decode("utf-8", "replace") for record in _first_two(path, name)]
    if len(first) < 2:
        return False
    names, values = (next(csv.reader([text], delimiter=_delimiter(first[0])), []) for text in first)
    return is_header(names, values)


def _first_two(path: Path, name: str) -> list[bytes]:
    return list(islice(RowFile(path, name, "csv", header=False).records(), 2))


def _delimiter(text: str) -> str:
    return next((each for each in (",", "\t", ";") if each in text), ",")


def _filled(lines: IO[bytes]) -> Iterator[bytes]:
    return (line if line.endswith(b"\n") else line + b"\n" for line in lines if line.strip())


def _quoted(lines: IO[bytes], name: str) -> Iterator[bytes]:
    """A record ends with the line in which all quotes are closed (RFC 4180)."""
    held: list[bytes] = []
    quotes = 0
    for line in lines:
        if not held and not line.strip():
            continue
        held.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            record = b"".join(held)
            held, quotes = [], 0
            yield record if record.endswith(b"\n") else record + b"\n"
    if held:
        message = f"{name}: a quote is opened and never closed, so where its rows end cannot be told"
        raise UsageError(message)
