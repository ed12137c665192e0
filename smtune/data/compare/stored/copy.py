"""What is fetched of a place on S3: files in a folder that is gone afterwards, whatever happens."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smtune.data.compare.stored.lines import write_lines, write_unzipped, write_whole
from smtune.data.compare.stored.listing import Stored, list_stored
from smtune.data.compare.stored.shares import Share, fits, share_out, share_out_whole
from smtune.data.compare.stored.store import Store
from smtune.data.upload.crew import carry_out
from smtune.errors import UsageError

if TYPE_CHECKING:
    import boto3

_AT_ONCE = 8
_LONGEST_NAME = 60
_PARQUET = (".parquet", ".pq")
_ZIPPED = ".gz"


@dataclass(frozen=True)
class Copy:
    """What of a place is on this machine."""

    path: Path
    """A folder: each file in a folder of its own, which its number names."""
    origins: tuple[tuple[Path, str], ...]
    """Each file by its number, and the URI of its object."""
    is_whole: bool
    """Whether that is everything, just as it is on S3."""
    notes: tuple[str, ...] = ()

    def renamed(self, text: str) -> str:
        """A sentence about the files as one about the objects; of a part of one, line numbers mean nothing."""
        line = "" if self.is_whole else r"(:\d+)?"
        for number in re.findall(rf"{re.escape(str(self.path))}/(\d+)/", text):
            file, uri = self.origins[int(number)]
            name = re.escape(str(file).removesuffix(_ZIPPED))
            text = re.sub(rf"{name}(\.gz)?{line}", uri.replace("\\", r"\\"), text)
        return text


@contextmanager
def fetched(session: boto3.Session, uri: str, limit: int, format: str | None) -> Iterator[Copy]:
    """The files of an object or a prefix, at most `limit` bytes of them (0: all), while inside.

    Raises ServiceError where there is nothing or S3 refuses, UsageError where there is no room or nothing to compare.
    """
    store = Store(session, uri)
    listing = list_stored(store, all_of_them=not limit)
    is_whole = fits(listing.objects, limit)
    with tempfile.TemporaryDirectory(prefix="smtune-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shares = _shares(store, listing.objects, limit, format)
        _refuse_too_much(store, shares, folder)
        files = [_file(folder, number, share.object) for number, share in enumerate(shares)]
        fetch = _fetch_whole if is_whole else _fetch_part
        tasks = [functools.partial(fetch, store, *each) for each in zip(shares, files, strict=True)]
        carry_out(tasks, _AT_ONCE, lambda: None)
        uris = [f"s3://{store.place.bucket}/{share.object.key}" for share in shares]
        yield Copy(folder, tuple(zip(files, uris, strict=True)), is_whole and listing.is_whole, listing.notes)


def _shares(store: Store, objects: Sequence[Stored], limit: int, format: str | None) -> tuple[Share, ...]:
    """What is fetched, in the order of the keys; the empty objects, too, as a folder would have them."""
    if fits(objects, limit):
        return tuple(Share(each, each.size) for each in objects)
    names = [each.name.lower() for each in objects]
    is_parquet = format == "parquet" or (format is None and any(name.endswith(_PARQUET) for name in names))
    try:
        shares = share_out_whole(objects, limit) if is_parquet else share_out(objects, limit)
    except UsageError as error:
        message = f"{store.uri}: {error}"
        raise UsageError(message) from None
    empty = (Share(each, 0) for each in objects if not each.size)
    return tuple(sorted((*shares, *empty), key=lambda share: share.object.key))


def _refuse_too_much(store: Store, shares: Sequence[Share], folder: Path) -> None:
    size, room = sum(share.bytes for share in shares), shutil.disk_usage(folder).free
    if size >= room:
        message = f"{store.uri}: {size >> 20:,} MB are to be fetched, and {folder.parent} has room for {room >> 20:,}"
        raise UsageError(f"{message}\n    read a part of them (--limit MB), or name another folder: TMPDIR")


def _file(folder: Path, number: int, wanted: Stored) -> Path:
    """Where an object goes: under its own name, for that tells the format; a key may be no path of this machine."""
    name = wanted.name[-_LONGEST_NAME:]
    return folder / f"{number:06}" / (name if name.strip(".") else "object")


def _fetch_whole(store: Store, share: Share, file: Path) -> tuple[()]:
    file.parent.mkdir()
    write_whole(store, share.object, file)
    return ()


def _fetch_part(store: Store, share: Share, file: Path) -> tuple[()]:
    file.parent.mkdir()
    if share.object.size and file.name.lower().endswith(_ZIPPED):
        try:
            # Under a name without .gz; how much comes of what is zipped is known afterwards only.
            write_unzipped(store, share, file.with_suffix(""))
        except zlib.error:
            file.with_suffix("").unlink()
            write_whole(store, Stored(share.object.key, share.bytes, share.object.etag), file)  # let its reader say so
    elif share.is_whole:
        write_whole(store, share.object, file)
    else:
        write_lines(store, share, file)
    return ()
