"""S3's multipart uploads: parts are files of a hidden folder until they are put together."""

from __future__ import annotations

import shutil
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from smtune.local.answers import ServiceAnswerError
from smtune.local.objects import write_object

FOLDER = ".uploads"
_PART_NAME = "{:05d}"
_CHUNK = 1 << 20


class Uploads:
    """The uploads that have begun and not ended."""

    def __init__(self, objects: Path) -> None:
        self._folder = objects / FOLDER

    def begin(self) -> str:
        """A new upload's id."""
        upload = uuid.uuid4().hex
        (self._folder / upload).mkdir(parents=True)
        return upload

    def add(self, upload: str, number: int, body: BinaryIO) -> Path:
        """Keep a part; returns its file."""
        path = self._existing(upload) / _PART_NAME.format(number)
        write_object(path, body)
        return path

    def complete(self, upload: str, numbers: Iterable[int], target: Path) -> None:
        """Put the parts together as `target`, and forget the upload."""
        folder = self._existing(upload)
        parts = [folder / _PART_NAME.format(number) for number in numbers]
        if not parts or not all(part.is_file() for part in parts):
            raise ServiceAnswerError("InvalidPart", "One or more of the specified parts could not be found.")
        write_object(target, _Joined(parts))  # type: ignore[arg-type]  # it reads, which is all that is asked of it
        shutil.rmtree(folder)

    def abort(self, upload: str) -> None:
        shutil.rmtree(self._existing(upload))

    def _existing(self, upload: str) -> Path:
        folder = self._folder / upload
        if not upload.isalnum() or not folder.is_dir():
            raise ServiceAnswerError("NoSuchUpload", "The specified multipart upload does not exist.", status=404)
        return folder


class _Joined:
    """Several files read as one."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self._chunks = (chunk for part in parts for chunk in _chunks(part))

    def read(self, _: int = -1) -> bytes:
        return next(self._chunks, b"")


def part_numbers(body: bytes) -> list[int]:
    """The part numbers in a CompleteMultipartUpload body, in its order."""
    root = ET.fromstring(body)  # noqa: S314
    return [int(item.text or 0) for item in root.iter() if item.tag.endswith("PartNumber")]


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
