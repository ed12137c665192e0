"""The folder that stands for S3: `s3://bucket/key` is the file `bucket/key` in it."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from smtune.errors import SmtuneError
from smtune.files import DRAFT, file_beside

_TRIES = 5


class ObjectKeyError(SmtuneError):
    """A URI that no object here can have."""


Seal = Callable[[os.stat_result], None]
"""Gets what the object's file will be: the same inode, size and time of change."""


def _unsealed(_: os.stat_result) -> None:
    """For what has nothing to be kept beside it."""


def parse_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI; raises ObjectKeyError for anything else."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        message = f"{uri!r} is not an S3 URI: write s3://bucket/prefix"
        raise ObjectKeyError(message)
    return bucket, key


def object_path(objects: Path, bucket: str, key: str) -> Path:
    """The file of an object; raises ObjectKeyError for a key that would leave the folder."""
    parts = [part for part in key.split("/") if part]
    hidden = bucket.startswith(".")  # as no bucket's name does: beside the buckets lie folders of the engine
    if hidden or any(part in {".", ".."} for part in parts) or "\0" in key or "/" in bucket:
        message = f"the key {key!r} cannot be a file's path"
        raise ObjectKeyError(message)
    return objects.joinpath(bucket, *parts)


def write_object(path: Path, body: BinaryIO, seal: Seal = _unsealed) -> None:
    """Write a whole object or nothing, whatever happens meanwhile; `seal` is called just before it is there."""
    with _beside(path) as file:
        _fill(file, body, seal)
        Path(file.name).replace(path)


def create_object(path: Path, body: BinaryIO, seal: Seal = _unsealed) -> None:
    """Write a new object; raises FileExistsError where there is one, also if it came meanwhile."""
    with _beside(path) as file:
        _fill(file, body, seal)
        path.hardlink_to(file.name)


def _fill(file: BinaryIO, body: BinaryIO, seal: Seal) -> None:
    shutil.copyfileobj(body, file)
    file.close()
    seal(Path(file.name).stat())


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    """A file to write in the folder of `path`, gone afterwards unless it was moved."""
    with ExitStack() as stack:
        for left in reversed(range(_TRIES)):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = stack.enter_context(file_beside(path))
                break
            except FileNotFoundError:  # somebody has removed the last object beside it, and the folder
                if not left:
                    raise
        yield file


def remove_object(path: Path, bucket: Path) -> None:
    """Remove an object, if there is one, and the folders that it leaves empty; the bucket stays."""
    is_folder = path.is_dir()  # which no object is
    with suppress(NotADirectoryError):  # nor is there one below a file
        if not is_folder:
            path.unlink(missing_ok=True)
    for folder in (path, *path.parents) if is_folder else path.parents:
        if folder == bucket or not folder.is_relative_to(bucket):
            return
        try:
            folder.rmdir()
        except OSError:
            return  # others are in it, or it was never there


class Slice:
    """Some bytes of a file, read once. Like a connection, it may be dropped without being closed."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._descriptor = os.dup(file.fileno())
        self._left = end - start
        os.lseek(self._descriptor, start, os.SEEK_SET)

    def read(self, size: int | None = None) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        chunks = []
        while wanted > 0 and (chunk := os.read(self._descriptor, wanted)):
            chunks.append(chunk)
            wanted -= len(chunk)
            self._left -= len(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def list_objects(objects: Path, bucket: str, prefix: str) -> Iterator[tuple[str, Path]]:
    """Keys and files of a bucket that begin with `prefix`, sorted by key."""
    root = object_path(objects, bucket, "")
    nearest = object_path(objects, bucket, prefix.rpartition("/")[0])
    # Not rglob: that one fails where somebody removes a folder meanwhile.
    files = (Path(place, name) for place, _, names in os.walk(nearest) for name in names)
    keys = sorted((path.relative_to(root).as_posix(), path) for path in files if path.is_file())
    for key, path in keys:
        if key.startswith(prefix) and not path.name.startswith(DRAFT):
            yield key, path


def pack(folder: Path, target: Path) -> None:
    """The contents of `folder` as a .tar.gz that is the same for the same contents."""
    with _beside(target) as file:
        with (
            gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w") as archive,
        ):
            for path in sorted(folder.rglob("*")):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_anonymous)
        file.close()
        Path(file.name).replace(target)


def unpack(archive: Path, folder: Path) -> None:
    """Extract a .tar.gz; raises tarfile.TarError for one that is broken, for members that would leave `folder` and for
    devices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as file:
            file.extractall(folder, filter="data")
    except (EOFError, zlib.error) as error:
        message = f"{archive.name} is no whole .tar.gz: {error}"
        raise tarfile.ReadError(message) from error


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
