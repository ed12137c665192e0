"""The folder that stands for S3: `s3://bucket/key` is the file `bucket/key` in it."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from smtune.errors import SmtuneError

_UNFINISHED = ".upload-"


class ObjectKeyError(SmtuneError):
    """A URI that no object here can have."""


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
    if any(part in {".", ".."} for part in (bucket, *parts)) or "\0" in key or "/" in bucket:
        message = f"the key {key!r} cannot be a file's path"
        raise ObjectKeyError(message)
    return objects.joinpath(bucket, *parts)


def write_object(path: Path, body: BinaryIO) -> None:
    """Write a whole object or nothing, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(body, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def list_objects(objects: Path, bucket: str, prefix: str) -> Iterator[tuple[str, Path]]:
    """Keys and files of a bucket that begin with `prefix`, sorted by key."""
    root = object_path(objects, bucket, "")
    nearest = object_path(objects, bucket, prefix.rpartition("/")[0])
    files = nearest.rglob("*") if nearest.is_dir() else ()
    keys = sorted((path.relative_to(root).as_posix(), path) for path in files if path.is_file())
    for key, path in keys:
        if key.startswith(prefix) and not path.name.startswith(_UNFINISHED):
            yield key, path


def pack(folder: Path, target: Path) -> None:
    """The contents of `folder` as a .tar.gz that is the same for the same contents."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=_UNFINISHED)
    try:
        with (
            os.fdopen(descriptor, "wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w") as archive,
        ):
            for path in sorted(folder.rglob("*")):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_anonymous)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def unpack(archive: Path, folder: Path) -> None:
    """Extract a .tar.gz; raises tarfile.TarError for members that would leave `folder` and for devices."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "r:gz") as file:
        file.extractall(folder, filter="data")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
