"""What S3 keeps of an object beside its bytes: ETag, checksum, headers, metadata. One small file an object.

An object that was put into the folder by other means has none; neither has one that was changed since.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.local.objects import write_object

FOLDER = ".facts"
Json = dict[str, Any]
_METADATA = "x-amz-meta-"
# Request header -> member of the answers.
_KEPT: Mapping[str, str] = {
    "content-type": "ContentType",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-disposition": "ContentDisposition",
    "cache-control": "CacheControl",
    "x-amz-storage-class": "StorageClass",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
}
_OF_PUT = ("ServerSideEncryption", "SSEKMSKeyId")


@dataclass(frozen=True)
class Facts:
    """Of one object."""

    etag: str
    """Without quotes."""
    algorithm: str | None = None
    """Of the checksum, in lower case."""
    checksum: str | None = None
    kind: str = "FULL_OBJECT"
    """FULL_OBJECT or COMPOSITE."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Members of an answer, such as ContentType."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The user's own."""

    def checksum_members(self) -> Json:
        """The checksum as an answer carries it."""
        if self.algorithm is None or self.checksum is None:
            return {}
        return {f"Checksum{self.algorithm.upper()}": self.checksum, "ChecksumType": self.kind}

    def of_put(self) -> Json:
        """The answer to a request that wrote the object."""
        kept = {name: self.headers[name] for name in _OF_PUT if name in self.headers}
        return {"ETag": f'"{self.etag}"', **kept, **self.checksum_members()}


class FactBook:
    """The facts of all objects of a folder."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects

    def read(self, path: Path) -> Facts:
        """Those of an object; its MD5 is computed where nothing is written down."""
        file = self._file(path)
        try:
            found = json.loads(file.read_bytes())
        except (OSError, ValueError):
            found = {}
        if found.pop("version", None) == _version(path):
            return Facts(**found)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        return Facts(digest)

    def write(self, path: Path, facts: Facts) -> None:
        body = json.dumps({**dataclasses.asdict(facts), "version": _version(path)}).encode()
        write_object(self._file(path), io.BytesIO(body))

    def forget(self, path: Path) -> None:
        self._file(path).unlink(missing_ok=True)

    def describe(self, path: Path, *, checksum: bool = False) -> Json:
        """The members of HeadObject's and GetObject's answers, with the checksum if asked for."""
        facts, status = self.read(path), path.stat()
        return {
            "ContentType": "binary/octet-stream",
            **facts.headers,
            "Metadata": dict(facts.metadata),
            "ETag": f'"{facts.etag}"',
            "LastModified": modified(path),
            "ContentLength": status.st_size,
            "AcceptRanges": "bytes",
            **(facts.checksum_members() if checksum else {}),
        }

    def _file(self, path: Path) -> Path:
        name = hashlib.sha256(path.relative_to(self._objects).as_posix().encode()).hexdigest()
        return self._objects / FOLDER / name[:2] / f"{name}.json"


def facts_of(headers: Mapping[str, str], etag: str = "") -> Facts:
    """What a request's headers (names in lower case) say of the object that it makes."""
    return Facts(
        etag=etag,
        headers={member: headers[name] for name, member in _KEPT.items() if name in headers},
        metadata={name.removeprefix(_METADATA): text for name, text in headers.items() if name.startswith(_METADATA)},
    )


def modified(path: Path) -> dt.datetime:
    """When the object was written, to the second, as S3 tells it."""
    return dt.datetime.fromtimestamp(int(path.stat().st_mtime), tz=dt.UTC)


def _version(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns]
