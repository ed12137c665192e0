"""Checksums of objects: MD5 for the ETag, and what S3's clients ask for, computed while the bytes pass by."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from smtune.local.answers import ServiceAnswerError

_HEADER = "x-amz-checksum-"
_HERE = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
_NOT_HERE = ("xxhash3", "xxhash64", "xxhash128", "sha512", "md5")


class Hasher(Protocol):
    """As hashlib's."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Crc32:
    """CRC-32 in hashlib's manner, four bytes, most significant first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def hasher(algorithm: str) -> Hasher:
    """A hasher by S3's name of the algorithm, in lower case; raises ServiceAnswerError for one we lack."""
    match algorithm:
        case "crc32":
            return Crc32()
        case "sha256":
            return hashlib.sha256()
        case "sha1":
            return hashlib.sha1(usedforsecurity=False)
        case "crc32c" | "crc64nvme":
            from smtune.local.crc import Crc  # numpy takes its time

            return Crc(algorithm)
        case _:
            message = f"The local engine checks {', '.join(_HERE).upper()}, not {algorithm.upper()}"
            raise ServiceAnswerError("NotImplemented", message, status=501)


@dataclass(frozen=True)
class Claim:
    """What a request says of its body."""

    algorithm: str | None
    """In lower case; None where the client wants no checksum kept."""
    value: str | None = None
    """In base64; None where the client leaves it to the transport, which there is none of in this process."""
    md5: str | None = None
    """The Content-MD5 header."""

    @classmethod
    def of(cls, headers: Mapping[str, str], context: Mapping[str, Any]) -> Claim:
        """Read it from a request's headers (in lower case) and botocore's context."""
        md5 = headers.get("content-md5")
        for name, value in headers.items():
            algorithm = name.removeprefix(_HEADER)
            if name.startswith(_HEADER) and algorithm in {*_HERE, *_NOT_HERE}:
                return cls(algorithm, value, md5)
        asked = context.get("checksum", {}).get("request_algorithm", {})
        algorithm = asked.get("algorithm") or headers.get("x-amz-sdk-checksum-algorithm", "").lower()
        return cls(algorithm or None, None, md5)


@dataclass
class Checked:
    """A stream that is hashed while it is read; its end raises ServiceAnswerError where the claim does not hold."""

    stream: BinaryIO
    claim: Claim
    _md5: Any = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))

    def __post_init__(self) -> None:
        self._hasher = None if self.claim.algorithm is None else hasher(self.claim.algorithm)

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self._md5.update(chunk)
        if self._hasher is not None:
            self._hasher.update(chunk)
        if not chunk:
            self._verify()
        return chunk

    @property
    def md5(self) -> str:
        """In hexadecimal digits."""
        digest: str = self._md5.hexdigest()
        return digest

    @property
    def checksum(self) -> str | None:
        return None if self._hasher is None else base64.b64encode(self._hasher.digest()).decode()

    def _verify(self) -> None:
        if self.claim.md5 not in {None, base64.b64encode(self._md5.digest()).decode()}:
            message = "The Content-MD5 you specified did not match what we received."
            raise ServiceAnswerError("BadDigest", message)
        if self.claim.value not in {None, self.checksum}:
            message = f"The {str(self.claim.algorithm).upper()} you specified did not match the calculated checksum."
            raise ServiceAnswerError("BadDigest", message)


def composite(algorithm: str, parts: Iterable[str]) -> str:
    """The checksum of a multipart object: that of its parts' checksums (base64), with their number."""
    digests = [base64.b64decode(part) for part in parts]
    whole = hasher(algorithm)
    whole.update(b"".join(digests))
    return f"{base64.b64encode(whole.digest()).decode()}-{len(digests)}"


def composite_md5(parts: Iterable[str]) -> str:
    """The ETag of a multipart object, without quotes, from its parts' MD5s (hexadecimal)."""
    digests = [bytes.fromhex(part) for part in parts]
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"
