"""S3's multipart uploads: parts are files of a hidden folder until they are put together."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import os
import shutil
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from smtune.local.answers import ServiceAnswerError
from smtune.local.checksums import Checked, Claim, composite, composite_md5
from smtune.local.object_facts import Facts
from smtune.local.objects import write_object

FOLDER = ".uploads"
_ABOUT = "about.json"
_CHUNK = 1 << 20
_SMALLEST = 5 << 20
"""Bytes of a part that is not the last."""


@dataclass(frozen=True)
class Upload:
    """An upload that has begun: what its object will be."""

    identifier: str
    bucket: str
    key: str
    facts: Facts
    """Without an ETag; the algorithm and kind of its checksum."""
    initiated: float = 0.0


@dataclass(frozen=True)
class Part:
    """A part that has arrived, or (without a size) one that is asked for."""

    number: int
    etag: str
    checksum: str | None = None
    size: int | None = None


class Uploads:
    """The uploads that have begun and not ended."""

    def __init__(self, objects: Path) -> None:
        self._folder = objects / FOLDER

    def begin(self, bucket: str, key: str, facts: Facts) -> str:
        """A new upload's id."""
        now = dt.datetime.now(tz=dt.UTC).timestamp()
        upload = Upload(uuid.uuid4().hex, bucket, key, facts, now)
        body = json.dumps(dataclasses.asdict(upload)).encode()
        write_object(self._folder / upload.identifier / _ABOUT, io.BytesIO(body))
        return upload.identifier

    def add(self, upload: str, number: int, body: BinaryIO, claim: Claim) -> Part:
        """Keep a part; one of the same number is replaced. Raises ServiceAnswerError for a wrong checksum."""
        folder = self._existing(upload)
        stream = Checked(body, claim)
        write_object(folder / f"{number:05d}", stream)  # type: ignore[arg-type]  # it reads, which is all
        size = (folder / f"{number:05d}").stat().st_size
        part = Part(number, stream.md5, stream.checksum, size)
        write_object(folder / f"{number:05d}.json", io.BytesIO(json.dumps(dataclasses.asdict(part)).encode()))
        return part

    def find(self, upload: str) -> Upload:
        """Raises ServiceAnswerError for an upload that has ended or never began."""
        fields: dict[str, Any] = json.loads((self._existing(upload) / _ABOUT).read_bytes())
        return Upload(**{**fields, "facts": Facts(**fields["facts"])})

    def all(self) -> list[Upload]:
        """By key, then by time."""
        found = [self.find(about.parent.name) for about in self._folder.glob(f"*/{_ABOUT}")]
        return sorted(found, key=lambda upload: (upload.bucket, upload.key, upload.initiated))

    def parts(self, upload: str) -> list[Part]:
        """Those that have arrived, by number."""
        files = sorted(self._existing(upload).glob("[0-9]*.json"))
        return [Part(**json.loads(file.read_bytes())) for file in files]

    def complete(
        self, upload: str, asked: Sequence[Part], target: Path, keep: Callable[[os.stat_result, Facts], None]
    ) -> Facts:
        """Put the parts together as `target`, and forget the upload; returns what is known of the object.

        `keep` gets that, too, with the file that is about to be the object.
        """
        folder, facts = self._existing(upload), self.find(upload).facts
        parts = _chosen({part.number: part for part in self.parts(upload)}, asked)
        whole = Checked(_Joined([folder / f"{part.number:05d}" for part in parts]), _claim(facts))  # type: ignore[arg-type]

        def known() -> Facts:
            checksum = whole.checksum
            if facts.kind == "COMPOSITE" and facts.algorithm is not None:
                checksum = composite(facts.algorithm, [part.checksum for part in parts if part.checksum is not None])
            return dataclasses.replace(facts, etag=composite_md5(part.etag for part in parts), checksum=checksum)

        write_object(target, whole, lambda status: keep(status, known()))  # type: ignore[arg-type]  # it reads
        shutil.rmtree(folder)
        return known()

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


def _claim(facts: Facts) -> Claim:
    return Claim(facts.algorithm if facts.kind == "FULL_OBJECT" else None)


def _chosen(present: dict[int, Part], asked: Sequence[Part]) -> list[Part]:
    """The parts asked for; raises ServiceAnswerError where one is not there, another one, too small or out of order."""
    numbers = [part.number for part in asked]
    if numbers != sorted(set(numbers)):
        message = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise ServiceAnswerError("InvalidPartOrder", message)
    same = all(
        part.number in present
        and part.etag in {"", present[part.number].etag}
        and part.checksum in {None, present[part.number].checksum}
        for part in asked
    )
    if not asked or not same:
        message = "One or more of the specified parts could not be found, or its entity tag or checksum is another."
        raise ServiceAnswerError("InvalidPart", message)
    parts = [present[number] for number in numbers]
    if any((part.size or 0) < _SMALLEST for part in parts[:-1]):
        message = "Your proposed upload is smaller than the minimum allowed size: 5 MiB a part but for the last."
        raise ServiceAnswerError("EntityTooSmall", message)
    return parts


def read_parts(body: bytes) -> list[Part]:
    """The parts in a CompleteMultipartUpload body, in its order."""
    found = []
    for item in ET.fromstring(body):  # noqa: S314  written by botocore in this process
        texts = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
        checksum = next((text for name, text in texts.items() if name.startswith("Checksum")), None)
        found.append(Part(int(texts["PartNumber"]), texts.get("ETag", "").strip('"'), checksum))
    return found


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
