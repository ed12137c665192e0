"""Where the engine reads channels and scripts and keeps artifacts: a folder that stands for S3, or an S3 endpoint."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from smtune.local.objects import list_objects, object_path, pack, parse_uri


class Storage(Protocol):
    """Objects by S3 URI. Every method raises ObjectKeyError for what is no such URI, and OSError for trouble."""

    @property
    def place(self) -> str:
        """What stands for S3, in words."""

    def has_objects(self, uri: str) -> bool:
        """Whether any object lies under a prefix."""

    def folder(self, uri: str, target: Path) -> Path:
        """A folder with the objects under a prefix: `target`, filled, or one that is there already."""

    def file(self, uri: str, target: Path) -> Path:
        """A file with an object's bytes: `target`, or one that is there already."""

    def keep(self, folder: Path, uri: str) -> None:
        """Pack a folder into a .tar.gz object."""


class FolderStorage:
    """`s3://bucket/key` is the file `bucket/key`."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self.place = f"the folder {objects}"

    def has_objects(self, uri: str) -> bool:
        return next(iter(list_objects(self._objects, *parse_uri(uri))), None) is not None

    def folder(self, uri: str, target: Path) -> Path:
        bucket, key = parse_uri(uri)
        path = object_path(self._objects, bucket, key)
        if path.is_dir() and (not key or key.endswith("/") or not _has_others(path)):
            return path
        target.mkdir(parents=True, exist_ok=True)
        for name, file in list_objects(self._objects, bucket, key):
            place = channel_file(name, key, target)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
        return target

    def file(self, uri: str, target: Path) -> Path:  # noqa: ARG002  it is there already
        return object_path(self._objects, *parse_uri(uri))

    def keep(self, folder: Path, uri: str) -> None:
        pack(folder, object_path(self._objects, *parse_uri(uri)))


def _has_others(path: Path) -> bool:
    """Whether keys begin with this one's name and do not lie below it: `train_lst` beside `train`, say."""
    return any(each.name.startswith(path.name) and each.name != path.name for each in path.parent.iterdir())


def open_storage(objects: Path, endpoint: str | None) -> Storage:
    """The storage behind `endpoint`, or the folder `objects`."""
    if endpoint is None:
        return FolderStorage(objects)
    from smtune.local.remote_storage import RemoteStorage  # boto3 would double the start of a worker that needs none

    return RemoteStorage(endpoint)


def channel_file(key: str, prefix: str, target: Path) -> Path:
    """The file of an object in a channel's folder; raises ObjectKeyError for a key that would leave it.

    The path is what of the key comes after the prefix where that is a folder, else after the prefix's last slash, as in
    File mode on the service.
    """
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if not key.startswith(folder):
        folder = prefix[: prefix.rfind("/") + 1]
    return object_path(target.parent, target.name, key.removeprefix(folder))
