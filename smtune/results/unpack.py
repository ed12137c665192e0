"""Unpacks a model.tar.gz that nobody vouches for: whole or not at all, within limits, and nowhere but in its folder.

Names that lead elsewhere, links, devices and pipes are refused, and so is what grows beyond the limits.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from smtune.errors import SmtuneError, legible
from smtune.files import folder_beside, replace_folder

_CHUNK = 1 << 20
_HEADER = 1 << 24
"""No header of a member is longer; tarfile reads each into memory as long as it says it is."""
_SMALL = 10_000_000
"""Below this many bytes a high ratio says nothing."""
_SHOWN = 80


class UnsafeArchiveError(SmtuneError):
    """An archive that is not unpacked, and why."""


@dataclass(frozen=True)
class Limits:
    """How far an archive may grow."""

    size: int = 50_000_000_000
    """Bytes of all members together."""
    members: int = 100_000
    ratio: float = 200.0
    """Unpacked bytes for each packed one."""


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> None:
    """Make `folder` of the members of a .tar.gz; raises UnsafeArchiveError, and then there is no new folder.

    What `folder` had before is replaced.
    """
    with folder_beside(folder) as draft:
        _extract(archive, draft, limits or Limits())
        replace_folder(draft, folder)


def _extract(archive: Path, folder: Path, limits: Limits) -> None:
    packed = archive.stat().st_size
    most = min(limits.size, max(_SMALL, int(packed * limits.ratio)))
    total = number = 0
    with _opened(archive, most) as tar:
        for member in tar:
            number += 1
            if number > limits.members:
                _refuse(archive, f"it has more than {limits.members:,} members (--max-members)")
            target = folder.joinpath(*_parts(archive, member))
            if member.isdir():
                _make_folder(archive, target, member)
                continue
            if not member.isreg():
                _refuse(archive, f"{_named(member)} is {_kind(member)}: only files and folders are unpacked")
            total += member.size
            if total > most:
                _too_large(archive, limits)
            content = tar.extractfile(member)
            if content is not None:
                _write(archive, content, target, member)


def _make_folder(archive: Path, target: Path, member: tarfile.TarInfo) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        _refuse(archive, f"{_named(member)} is in it twice, as a file and as a folder")
    except OSError as error:
        _refuse_unless_full(archive, member, error)


def _write(archive: Path, content: IO[bytes], target: Path, member: tarfile.TarInfo) -> None:
    _make_folder(archive, target.parent, member)
    mode = 0o777 if member.mode & stat.S_IXUSR else 0o666
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        _refuse(archive, f"{_named(member)} is in it twice")
    except OSError as error:
        _refuse_unless_full(archive, member, error)
    with os.fdopen(descriptor, "wb") as file:
        left = member.size
        while left and (chunk := content.read(min(_CHUNK, left))):
            file.write(chunk)
            left -= len(chunk)
    if left:
        _refuse(archive, f"it ends within {_named(member)}")


def _refuse_unless_full(archive: Path, member: tarfile.TarInfo, error: OSError) -> NoReturn:
    """For a name that no file here can have, as one that is too long, the archive is to blame; else the machine."""
    if error.errno not in {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ENOTDIR}:
        raise error
    _refuse(archive, f"{_named(member)} cannot be a file here: {error.strerror}")


def _parts(archive: Path, member: tarfile.TarInfo) -> tuple[str, ...]:
    """Where a member goes, below the folder."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\0" in member.name:
        _refuse(archive, f"{_named(member)} would be written outside of the folder")
    return path.parts


def _kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "a link"
    return "a device" if member.isdev() else "neither a file nor a folder"


def _named(member: tarfile.TarInfo) -> str:
    return legible(member.name, _SHOWN)


def _too_large(archive: Path, limits: Limits) -> NoReturn:
    _refuse(
        archive,
        f"it unpacks to more than {limits.size:,} bytes (--max-size), or to more than {limits.ratio:g} times its own "
        f"size (--max-ratio)",
    )


def _refuse(archive: Path, reason: str) -> NoReturn:
    message = f"{archive} is not unpacked: {reason}"
    raise UnsafeArchiveError(message)


class _Bounded(io.RawIOBase):
    """A stream that gives no more than `most` bytes in all, and refuses to give very many at once."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self._stream = stream
        self._most = most

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _HEADER:
            message = "a header of it is longer than any should be"
            raise tarfile.ReadError(message)
        data = self._stream.read(size)
        self._check()
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        # Over what is skipped goes the same: it is unpacked to be thrown away.
        while (gap := offset - self._stream.tell()) > 0 and self._stream.read(min(_CHUNK, gap)):
            self._check()
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def _check(self) -> None:
        if self._stream.tell() > self._most:
            raise _OverflowError


class _OverflowError(Exception):
    pass


@contextmanager
def _opened(archive: Path, most: int) -> Iterator[tarfile.TarFile]:
    try:
        with gzip.open(archive) as packed:
            # Headers and padding come on top of what the members hold.
            bounded = _Bounded(packed, most + most // 10 + _SMALL)
            with tarfile.open(fileobj=bounded, mode="r:") as tar:
                yield tar
            while bounded.read(_CHUNK):
                pass  # at the stream's end stands its checksum
    except _OverflowError:
        _refuse(archive, "it unpacks to more than the limits allow (--max-size, --max-ratio)")
    except RecursionError:  # tarfile goes one call deeper for each header that speaks of the next one
        _refuse(archive, "it has header upon header for one member")
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeError, ValueError) as error:
        _refuse(archive, f"it is no whole .tar.gz: {legible(str(error), _SHOWN)}")
