"""Fetches a model.tar.gz from S3: it goes on where it was cut off, and is never there in part under its own name.

A folder holds one model: `model.tar.gz`, `model/` with its contents, and last of all `model.json`, which says that
both are whole, and of what.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.errors import ServiceError, SmtuneError, UsageError
from smtune.files import write_whole
from smtune.local.objects import parse_uri
from smtune.results.calls import Calls
from smtune.results.unpack import Limits, unpack
from smtune.service import translated

_CHUNK = 1 << 20
_TRIES = 5
_CHANGED = ("PreconditionFailed", "412", "InvalidRange", "416")
_FINAL = (*_CHANGED, "AccessDenied", "NoSuchKey", "NoSuchBucket", "403", "404")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Object:
    """An object of S3 as it was when it was looked at."""

    uri: str
    size: int
    etag: str
    checks: Mapping[str, str]
    """What its content is to be checked with: sha256, crc32 or md5 -> the value, in S3's form."""


def download_model(
    calls: Calls, uri: str, folder: Path, limits: Limits | None = None, tell: Progress | None = None
) -> Path:
    """The folder with the contents of the model at `uri`, `folder`/model; costs one call where it is there already.

    `tell` gets the bytes that are there so far, and all of them. Raises UsageError where `folder` has a `model` that
    did not come from here, UnsafeArchiveError for an archive that is not unpacked, ServiceError.
    """
    found = _look(calls, uri)
    folder.mkdir(parents=True, exist_ok=True)
    mark, archive, contents = folder / "model.json", folder / "model.tar.gz", folder / "model"
    said = {"schema_version": 1, "uri": uri, "etag": found.etag, "bytes": found.size}
    known = _read(mark)
    if known == said and archive.is_file() and archive.stat().st_size == found.size and contents.is_dir():
        return contents
    begun = folder / ".model.json.part"
    if not known and (contents.exists() or archive.exists()) and not _read(begun):
        message = f"{folder} has a model that smtune did not put there: name another folder"
        raise UsageError(message)
    mark.unlink(missing_ok=True)
    write_whole(begun, json.dumps(said).encode())
    if not (archive.is_file() and _agrees(archive, found)):
        _fetch(calls, found, archive, tell)
    unpack(archive, contents, limits)
    write_whole(mark, json.dumps(said, indent=2).encode())
    begun.unlink(missing_ok=True)
    return contents


def fetch_model(calls: Calls, uri: str, archive: Path, tell: Progress | None = None) -> None:
    """Only the file at `uri`, as `archive`, whole and checked."""
    _fetch(calls, _look(calls, uri), archive, tell)


def _look(calls: Calls, uri: str) -> Object:
    bucket, key = parse_uri(uri)
    try:
        head = calls.ask("s3", "head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ServiceError as error:
        if error.code in {"404", "NoSuchKey"}:
            raise ServiceError("NoSuchKey", f"there is no model at {uri}: it was deleted, or never written") from error
        raise
    etag = str(head["ETag"]).strip('"')
    checks: dict[str, str] = {}
    if head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT":
        names = {"sha256": "ChecksumSHA256", "crc32": "ChecksumCRC32"}
        # A dash and a number after it: of the parts' checksums, not of the content.
        checks = {name: head[member] for name, member in names.items() if member in head and "-" not in head[member]}
    is_plain = head.get("ServerSideEncryption", "AES256") == "AES256" and "SSECustomerAlgorithm" not in head
    if len(etag) == 32 and is_plain:  # of parts, or under a key of one's own, it is no MD5
        checks["md5"] = etag
    return Object(uri, int(head["ContentLength"]), str(head["ETag"]), checks)


def _fetch(calls: Calls, wanted: Object, archive: Path, tell: Progress | None) -> None:
    part = archive.with_name(f".{archive.name}.{hashlib.sha256(wanted.etag.encode()).hexdigest()[:12]}.part")
    for other in archive.parent.glob(f".{archive.name}.*.part"):
        if other != part:
            other.unlink()  # of a model that is there no more
    for number in range(_TRIES):
        try:
            with contextlib.suppress(_CutOffError):
                _append(calls, wanted, part, tell)
                break
        except ServiceError as error:
            if error.code in _FINAL or number == _TRIES - 1:
                raise
        time.sleep(min(8.0, 0.5 * 2**number))
    else:
        message = f"{wanted.uri} was cut off {_TRIES} times: run it again, it goes on where it was"
        raise SmtuneError(message)
    if not _agrees(part, wanted):
        part.unlink()
        message = f"{wanted.uri} did not arrive as it was stored: its checksum differs; run it again"
        raise SmtuneError(message)
    part.replace(archive)


class _CutOffError(Exception):
    pass


def _append(calls: Calls, wanted: Object, part: Path, tell: Progress | None) -> None:
    """Add what is missing to `part`; raises _CutOffError where it ends early."""
    bucket, key = parse_uri(wanted.uri)
    have = part.stat().st_size if part.exists() else 0
    if have > wanted.size:
        part.unlink()
        have = 0
    if have < wanted.size:
        window = {"Range": f"bytes={have}-"} if have else {}
        answer = calls.ask("s3", "get_object", Bucket=bucket, Key=key, IfMatch=wanted.etag, **window)
        with translated(), contextlib.closing(answer["Body"]) as body, part.open("ab") as file:
            while chunk := body.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                if tell is not None:
                    tell(have, wanted.size)
    elif not part.exists():
        part.touch()
    if have < wanted.size:
        raise _CutOffError


def _agrees(file: Path, wanted: Object) -> bool:
    """Whether a file has the size and every checksum that S3 has."""
    if file.stat().st_size != wanted.size:
        return False
    sha256, md5, crc = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
            crc = zlib.crc32(chunk, crc)
    own = {
        "sha256": base64.b64encode(sha256.digest()).decode(),
        "crc32": base64.b64encode(crc.to_bytes(4, "big")).decode(),
        "md5": md5.hexdigest(),
    }
    return all(own[name] == value for name, value in wanted.checks.items())


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
