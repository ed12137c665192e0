"""An S3 endpoint beside the engine, read and written with boto3."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import boto3.exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from smtune.local.objects import pack, parse_uri
from smtune.local.settings import REGION
from smtune.local.storage import channel_file

_CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    retries={"mode": "standard", "max_attempts": 5},
    s3={"addressing_style": "path"},
)


class RemoteStorage:
    """An S3 endpoint, with the credentials of AWS_ACCESS_KEY_ID and so on where they are set."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session(
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "local"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
            aws_session_token=os.environ.get("AWS_SESSION_TOKEN"),
            region_name=REGION,
        )
        self._client: Any = session.client("s3", endpoint_url=endpoint, config=_CONFIG)
        self.place = f"S3 at {endpoint}"

    def has_objects(self, uri: str) -> bool:
        bucket, key = parse_uri(uri)
        try:
            answer = self._client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        except self._client.exceptions.NoSuchBucket:
            return False
        except (BotoCoreError, ClientError) as error:
            raise OSError(str(error)) from error
        return bool(answer.get("KeyCount"))

    def folder(self, uri: str, target: Path) -> Path:
        bucket, key = parse_uri(uri)
        target.mkdir(parents=True, exist_ok=True)
        for name in self._keys(bucket, key):
            if not name.endswith("/"):  # a folder that a console has made
                self._download(bucket, name, channel_file(name, key, target))
        return target

    def file(self, uri: str, target: Path) -> Path:
        self._download(*parse_uri(uri), target)
        return target

    def keep(self, folder: Path, uri: str) -> None:
        bucket, key = parse_uri(uri)
        with tempfile.TemporaryDirectory() as scratch:
            archive = Path(scratch) / "archive.tar.gz"
            pack(folder, archive)
            try:
                self._client.upload_file(str(archive), bucket, key)
            except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
                raise OSError(str(error)) from error

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                yield from (item["Key"] for item in page.get("Contents", ()))
        except (BotoCoreError, ClientError) as error:
            raise OSError(str(error)) from error

    def _download(self, bucket: str, key: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._client.download_file(bucket, key, str(target))
        except (BotoCoreError, ClientError) as error:
            message = f"cannot read s3://{bucket}/{key}: {error}"
            raise OSError(message) from error
