"""The training rows, fetched and counted; and their parts: which rows, under which name, and written to files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from numpy.typing import NDArray

from smtune.data.compare.stored import Copy, fetched
from smtune.data.compare.stored.listing import list_stored
from smtune.data.compare.stored.store import Store
from smtune.data.upload.hashes import digest_of
from smtune.data.upload.place import parse_place
from smtune.errors import UsageError
from smtune.growth.channel import TrainChannel, cut_of
from smtune.growth.options import GrowthOptions
from smtune.growth.rows import RowFile, looks_like_header

LEAST_ROWS = 10
"""On fewer nothing is trained."""
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Part:
    """Rows drawn from all of them; those of a smaller part of the same draw are among those of a larger one."""

    draw: int
    """Number of the draw, from 1."""
    rows: int
    fingerprint: str
    """Of the source, the draw and the rows: the same one has the same contents."""


@dataclass(frozen=True)
class Source:
    """All training rows on this machine."""

    files: tuple[RowFile, ...] = field(repr=False, compare=False)
    counts: tuple[int, ...]
    """Rows of each file."""
    fingerprint: str
    """Of the contents."""
    notes: tuple[str, ...] = ()
    is_channel: bool = True
    """Whether a training job that is given the channel as it is reads these rows and no others."""

    @property
    def rows(self) -> int:
        return sum(self.counts)

    def part(self, seed: int, draw: int, rows: int) -> Part:
        """The part of so many rows of a draw."""
        key = json.dumps([self.fingerprint, seed, draw, rows])
        return Part(draw, rows, hashlib.sha256(key.encode()).hexdigest()[:16])

    def chosen(self, seed: int, part: Part) -> NDArray[np.bool_]:
        """For each row in its order whether it is in the part."""
        mask = np.zeros(self.rows, dtype=bool)
        mask[np.random.default_rng([seed, part.draw]).permutation(self.rows)[: part.rows]] = True
        return mask

    def write(self, seed: int, part: Part, folder: Path) -> tuple[tuple[Path, str], ...]:
        """Files (and their names) of the part's rows in their order; one of which no row was drawn is left out."""
        mask, begin, written = self.chosen(seed, part), 0, []
        for file, count in zip(self.files, self.counts, strict=True):
            own = mask[begin : begin + count]
            begin += count
            if own.any():
                file.write(compress(file.rows(), own), folder / file.name)
                written.append((folder / file.name, file.name))
        return tuple(written)


@contextmanager
def fetched_source(session: boto3.Session, channel: TrainChannel, options: GrowthOptions) -> Iterator[Source]:
    """All rows of a channel, on this machine while inside.

    Raises UsageError for more bytes than `options.limit` and for what cannot be cut, ServiceError.
    """
    _refuse_too_much(session, channel, options.limit)
    with fetched(session, channel.uri, 0, None) as copy:
        yield _source(copy, channel, options.header, _others(session, channel, copy))


def _refuse_too_much(session: boto3.Session, channel: TrainChannel, limit: int) -> None:
    if not limit:
        return
    size = sum(each.size for each in list_stored(Store(session, channel.uri), all_of_them=True).objects)
    if size > limit:
        wanted = -(-size // _MEBIBYTE)
        message = (
            f"channel {channel.name} ({channel.uri}) has {wanted:,} MB, which are fetched once to be cut: above the "
            f"limit of {limit // _MEBIBYTE:,}\n    let them be fetched: --limit {wanted}, or --limit 0 for any number"
        )
        raise UsageError(message)


def _others(session: boto3.Session, channel: TrainChannel, copy: Copy) -> int:
    """How many objects a training job would read that were not fetched: all whose keys begin as its S3Uri does."""
    store, taken = Store(session, channel.uri), {uri for _, uri in copy.origins}
    uris = (f"s3://{store.place.bucket}/{item['Key']}" for page in store.pages() for item in page if item["Size"])
    return sum(uri not in taken for uri in uris)


def _source(copy: Copy, channel: TrainChannel, header: bool | None, others: int) -> Source:
    there = [(path, uri) for path, uri in copy.origins if path.stat().st_size]
    cut = cut_of(channel, [uri for _, uri in there])
    names = [_below(channel.uri, uri) for _, uri in there]
    looks = cut == "csv" and not channel.algorithm and bool(there) and looks_like_header(there[0][0], names[0])
    begins = looks if header is None else header
    files = tuple(RowFile(path, name, cut, begins) for (path, _), name in zip(there, names, strict=True))
    if begins and header is None:  # a table that was split by lines has its header in the first file alone
        files = tuple(dataclasses.replace(file, header=file.head() == files[0].head()) for file in files)
    counts = tuple(sum(1 for _ in file.rows()) for file in files)
    digests: list[Any] = [[file.name, digest_of(file.path).sha256] for file in files]
    key = json.dumps([*digests, cut, begins])
    more = f"{channel.uri} matches {others:,} more objects, which no training here reads: all rows are copied, too"
    notes = (*copy.notes, more) if others else copy.notes
    return Source(files, counts, hashlib.sha256(key.encode()).hexdigest()[:16], notes, not others)


def _below(prefix: str, uri: str) -> str:
    """An object's name as the channel has it."""
    folder, key = parse_place(prefix).key, parse_place(uri).key
    folder = folder if folder.endswith("/") or key.startswith(f"{folder}/") else folder[: folder.rfind("/") + 1]
    return key.removeprefix(folder).lstrip("/")
