"""A bucket's side of an upload: places in S3, one client for all threads, and what requests say of the bucket."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from smtune.data.upload.hashes import Digest
from smtune.data.upload.place import Place
from smtune.data.upload.settings import UploadSettings


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

    def owned(self) -> dict[str, str]:
        """Arguments of every call: the account that the bucket must belong to."""
        return {"ExpectedBucketOwner": self.settings.owner} if self.settings.owner else {}

    def written(self) -> dict[str, str]:
        """Arguments of a call that makes an object."""
        key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.settings.kms_key} if self.settings.kms_key else {}
        return {**self.owned(), **key}


def open_storage(session: boto3.Session, settings: UploadSettings) -> Storage:
    """One client with a connection for each thread; retries and timeouts are the session's."""
    config = Config(max_pool_connections=max(settings.jobs, 1))
    return Storage(session.client("s3", config=config), settings)


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
