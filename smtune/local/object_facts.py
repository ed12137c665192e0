"""What S3 keeps of an object beside its bytes: ETag, checksum, headers, metadata. One small file a version of it.

An object that was put into the folder by other means has none; neither has one that was changed since.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
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

    def read(self, path: Path, file: io.BufferedReader | None = None) -> Facts:
        """Those of an object, or of `file`, which it was when that was opened.

        The MD5 is computed where nothing is written down. Raises FileNotFoundError.
        """
        try:
            status = path.stat() if file is None else os.fstat(file.fileno())
            return Facts(**json.loads(self._file(path, status).read_bytes()))
        except (FileNotFoundError, ValueError):
            pass
        with path.open("rb") if file is None else nullcontext(file) as stream:
            stream.seek(0)
            return Facts(hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest())

    def write(self, path: Path, status: os.stat_result, facts: Facts) -> None:
        """Keep those of a file that is about to be the object: whoever sees the one has the other."""
        body = json.dumps(dataclasses.asdict(facts)).encode()
        write_object(self._file(path, status), io.BytesIO(body))

    @contextmanager
    def replacing(self, path: Path) -> Iterator[None]:
        """Forget those of the object that was there, once there is another."""
        old = [self._file(path, path.stat())] if path.is_file() else []
        yield
        for file in old:
            if not path.is_file() or file != self._file(path, path.stat()):
                file.unlink(missing_ok=True)

    def forget(self, path: Path) -> None:
        shutil.rmtree(self._folder(path), ignore_errors=True)

    def describe(self, path: Path, file: io.BufferedReader, *, checksum: bool = False) -> Json:
        """The members of HeadObject's and GetObject's answers about an open file, with the checksum if asked for."""
        facts, status = self.read(path, file), os.fstat(file.fileno())
        return {
            "ContentType": "binary/octet-stream",
            **facts.headers,
            "Metadata": dict(facts.metadata),
            "ETag": f'"{facts.etag}"',
            "LastModified": _to_the_second(status),
            "ContentLength": status.st_size,
            "AcceptRanges": "bytes",
            **(facts.checksum_members() if checksum else {}),
        }

    def _folder(self, path: Path) -> Path:
        name = hashlib.sha256(path.relative_to(self._objects).as_posix().encode()).hexdigest()
        return self._objects / FOLDER / name[:2] / name

    def _file(self, path: Path, status: os.stat_result) -> Path:
        """Of one version of an object: of two that are written at once each keeps its own."""
        return self._folder(path) / f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}.json"


def facts_of(headers: Mapping[str, str], etag: str = "") -> Facts:
    """What a request's headers (names in lower case) say of the object that it makes."""
    return Facts(
        etag=etag,
        headers={member: headers[name] for name, member in _KEPT.items() if name in headers},
        metadata={name.removeprefix(_METADATA): text for name, text in headers.items() if name.startswith(_METADATA)},
    )


def modified(path: Path) -> dt.datetime:
    """When the object was written, to the second, as S3 tells it."""
    return _to_the_second(path.stat())


def _to_the_second(status: os.stat_result) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(status.st_mtime), tz=dt.UTC)
