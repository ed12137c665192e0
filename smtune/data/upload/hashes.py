"""SHA-256 of files, remembered: an unchanged file is read once, however often it is planned, launched or uploaded.

The memory is a SQLite file, `$XDG_CACHE_HOME/smtune/hashes.db`. It is only ever a shortcut: where it is broken, locked
or cannot be written, files are read instead.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from smtune.data.upload.crew import Task, carry_out
from smtune.folders import cache_folder

_TABLE = (
    "CREATE TABLE IF NOT EXISTS hashes (path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER,"
    " inode INTEGER, sha256 TEXT, seen INTEGER) WITHOUT ROWID"
)
_MOST = 500_000
_WAIT = 5.0
# Two writes within one tick of the disk's clock leave the same times: such a file is read again next time.
_TICK_NS = 2_000_000_000
# What one thread has read before others are there to help.
_FEW, _SMALL = 5000, 50_000_000
_HASHERS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Stamp:
    """What of a file changes when its contents do."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@dataclass(frozen=True)
class Digest:
    """A file's contents."""

    bytes: int
    sha256: str
    """64 hexadecimal digits."""
    stamp: Stamp
    """The file as it was read: any other stamp means that the contents may be other ones."""


class FileChangedError(OSError):
    """A file that somebody writes while it is read."""


def changed(path: Path) -> FileChangedError:
    """What to say of a file that is not what it was when its hash was taken."""
    return FileChangedError(None, "the file changed while it was read or sent; do it again when it is whole", str(path))


def digests(paths: Iterable[Path], memory: Path | None = None) -> dict[Path, Digest]:
    """Path -> its contents' digest; raises OSError (FileChangedError is one) for what cannot be read."""
    wanted = list(dict.fromkeys(paths))
    stamps = {path: Stamp.of(path.stat()) for path in wanted}
    file = memory or cache_folder() / "hashes.db"
    known = _recall(file, stamps)
    unread = [path for path in wanted if path not in known]
    fresh = _read(unread)
    _remember(file, fresh)
    return {path: known.get(path) or fresh[path] for path in wanted}


def _read(paths: list[Path]) -> dict[Path, Digest]:
    found: dict[Path, Digest] = {}

    def task(path: Path) -> tuple[Task, ...]:
        found[path] = digest_of(path)
        return ()

    if len(paths) < _FEW and sum(path.stat().st_size for path in paths) < _SMALL:
        for path in paths:
            task(path)
    else:
        carry_out([functools.partial(task, path) for path in paths], _HASHERS, lambda: None)
    return found


def digest_of(path: Path) -> Digest:
    """The digest of one file, read now; raises FileChangedError if it is written to meanwhile."""
    with path.open("rb") as stream:
        before = Stamp.of(os.fstat(stream.fileno()))
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        if Stamp.of(os.fstat(stream.fileno())) != before:
            raise changed(path)
    return Digest(before.size, sha256, before)


def _recall(file: Path, stamps: Mapping[Path, Stamp]) -> dict[Path, Digest]:
    known = {}
    try:
        if not file.is_file():
            return {}
        with _open(file) as connection:
            for path, stamp in stamps.items():
                row = connection.execute(
                    "SELECT size, mtime, ctime, inode, sha256 FROM hashes WHERE path = ?", (_name(path),)
                ).fetchone()
                if row and Stamp(*row[:4]) == stamp and len(row[4]) == 64:
                    known[path] = Digest(stamp.size, row[4], stamp)
    except (sqlite3.Error, OSError, TypeError) as error:
        _give_up(file, error)
        return {}
    return known


def _remember(file: Path, fresh: Mapping[Path, Digest]) -> None:
    now = time.time_ns()
    rows = [
        (_name(path), each.bytes, each.stamp.mtime_ns, each.stamp.ctime_ns, each.stamp.inode, each.sha256, now)
        for path, each in fresh.items()
        if max(each.stamp.mtime_ns, each.stamp.ctime_ns) + _TICK_NS < now
    ]
    if not rows:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _open(file) as connection:
            connection.execute(_TABLE)
            connection.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute(
                "DELETE FROM hashes WHERE path IN (SELECT path FROM hashes ORDER BY seen DESC LIMIT -1 OFFSET ?)",
                (_MOST,),
            )
    except (sqlite3.Error, OSError) as error:
        _give_up(file, error)


class _open:  # noqa: N801  a context manager in the form of a call
    """A connection that commits, and is closed, at the end."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=_WAIT)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()


def _give_up(file: Path, error: Exception) -> None:
    """Forget a memory that is broken; one that is only locked, or of another's, stays."""
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        with contextlib.suppress(OSError):  # of a folder that cannot be written
            file.unlink()


def _name(path: Path) -> str:
    return os.fsencode(path.absolute()).decode("utf-8", "backslashreplace")
