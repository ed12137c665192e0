"""Addresses in S3."""

from __future__ import annotations

from dataclasses import dataclass

from smtune.errors import UsageError

_KEY_BYTES = 1024


@dataclass(frozen=True, order=True)
class Place:
    """An object's address."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def parse_place(uri: str) -> Place:
    """Bucket and key of `s3://bucket/key`; raises UsageError for anything else."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        message = f"{uri!r} is not an S3 URI: write s3://bucket/prefix"
        raise UsageError(message)
    if len(key.encode()) > _KEY_BYTES:
        message = f"the key of {uri[:80]}... has {len(key.encode())} bytes; S3 has {_KEY_BYTES} at most"
        raise UsageError(message)
    return Place(bucket, key)
