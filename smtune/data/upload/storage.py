"""A bucket's side of an upload: places in S3, one client for all threads, and what requests say of the bucket."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from smtune.data.upload.hashes import Digest
from smtune.data.upload.place import Place
from smtune.data.upload.settings import MIB, UploadSettings

_IN_MEMORY = 64 * MIB


@dataclass(frozen=True)
class Item:
    """A file to upload: what it is, and where it goes."""

    source: Path
    place: Place
    digest: Digest


@dataclass(frozen=True)
class Storage:
    """S3 as an upload needs it; the threads share one."""

    client: Any
    settings: UploadSettings
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(8))

    def owned(self) -> dict[str, str]:
        """Arguments of every call: the account that the bucket must belong to."""
        return {"ExpectedBucketOwner": self.settings.owner} if self.settings.owner else {}

    def written(self) -> dict[str, str]:
        """Arguments of a call that makes an object."""
        key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.settings.kms_key} if self.settings.kms_key else {}
        return {**self.owned(), **key}

    @contextmanager
    def room(self) -> Iterator[None]:
        """Only so many parts are in memory at once, however many threads there are."""
        with self._room:
            yield


def open_storage(session: boto3.Session, settings: UploadSettings) -> Storage:
    """One client with a connection for each thread; retries and timeouts are the session's."""
    config = Config(max_pool_connections=max(settings.jobs, 1))
    parts = max(1, min(settings.jobs, _IN_MEMORY // settings.part_size))
    client = session.client("s3", config=config)
    return Storage(client, settings, threading.Semaphore(parts))


def code_of(error: Any) -> str:
    """The code of a ClientError."""
    return str(error.response.get("Error", {}).get("Code", ""))


def sha256_text(digits: str) -> str:
    """64 hexadecimal digits as S3 writes them."""
    return base64.b64encode(bytes.fromhex(digits)).decode()


def is_same_key(wanted: str | None, answer: Mapping[str, Any]) -> bool:
    """Whether an object is encrypted as asked for; an alias tells nothing, so it counts as another key."""
    given = answer.get("SSEKMSKeyId")
    return wanted is None or given is None or str(given).endswith(wanted)
