"""One call of S3 as botocore writes it: bucket, key, headers, query, body."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from smtune.local.checksums import Claim


@dataclass(frozen=True)
class S3Call:
    """What the operations look at."""

    bucket: str
    key: str
    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    body: bytes | bytearray | BinaryIO
    claim: Claim

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> S3Call:
        """From what botocore gives a `before-call` handler."""
        context = params["context"]
        redirect = context["s3_redirect"]
        headers = {name.lower(): _text(value) for name, value in params["headers"].items()}
        return cls(
            bucket=redirect["bucket"] or "",
            key=redirect.get("params", {}).get("Key", ""),
            headers=headers,
            query={name: str(value) for name, value in params["query_string"].items()},
            body=params["body"],
            claim=Claim.of(headers, context),
        )

    @property
    def stream(self) -> BinaryIO:
        return io.BytesIO(self.body) if isinstance(self.body, bytes | bytearray) else self.body

    @property
    def text(self) -> bytes:
        """A body that is a small document."""
        return bytes(self.body) if isinstance(self.body, bytes | bytearray) else self.body.read()

    @property
    def wants_checksum(self) -> bool:
        return self.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
