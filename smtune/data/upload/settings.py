"""How to upload, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20
_MOST_PARTS = 10_000


@dataclass(frozen=True)
class UploadSettings:
    """How to upload."""

    jobs: int = 16
    """Requests at once."""
    kms_key: str | None = None
    """The KMS key (ARN, id or alias) that S3 encrypts with; None leaves it to the bucket."""
    owner: str | None = None
    """The account that the bucket must belong to (ExpectedBucketOwner); S3 refuses any other."""
    part_size: int = 8 * MIB
    """Bytes. A file that is larger is sent in parts of this size, or larger ones where S3's 10,000 parts need it."""

    def part_size_of(self, size: int) -> int:
        """Bytes of each part of a file: the same ones for the same size, so that another run finds them."""
        least = -(-size // _MOST_PARTS)
        return self.part_size if least <= self.part_size else -(-least // MIB) * MIB


@dataclass(frozen=True)
class UploadProgress:
    """How far an upload is: of what was asked for, what is there."""

    files: int
    total_files: int
    bytes: int
    total_bytes: int

    def describe(self) -> str:
        """As in `12 of 2,000 files (3.1 of 19.5 MB) are there`."""
        size = f"{self.bytes / 1e6:,.1f} of {self.total_bytes / 1e6:,.1f} MB"
        return f"{self.files:,} of {self.total_files:,} files ({size}) are there"


@dataclass(frozen=True)
class Sent:
    """What an upload did."""

    sent_files: int = 0
    sent_bytes: int = 0
    """Sent from this machine."""
    resumed_bytes: int = 0
    """Of parts that an interrupted upload had left there."""
    copied_files: int = 0
    copied_bytes: int = 0
    """Copied within S3."""
    kept_files: int = 0
    kept_bytes: int = 0
    """There already."""


Report = Callable[[UploadProgress], None]
"""Is called in the thread that uploads, a few times a second, and once at the start and at the end."""
