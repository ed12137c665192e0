"""Sends a file: a small one with one request and its SHA-256, a large one in parts."""

from __future__ import annotations

import functools

from smtune.data.upload.crew import Task
from smtune.data.upload.large import LargeFile
from smtune.data.upload.slices import read_whole
from smtune.data.upload.storage import Item, Storage, sha256_text
from smtune.data.upload.tally import Tally


def send_task(storage: Storage, tally: Tally, item: Item, unfinished: str | None = None) -> Task:
    """The task that sends `item`; with the id of an `unfinished` multipart upload, only what that has not got."""
    if item.digest.bytes <= storage.settings.part_size:
        return functools.partial(_put_file, storage, tally, item)
    return LargeFile(storage, tally, item, unfinished).begin


def _put_file(storage: Storage, tally: Tally, item: Item) -> tuple[Task, ...]:
    """Send a small file; S3 refuses it if what arrives has another hash than what was planned."""
    place, body = item.place, read_whole(item)
    storage.client.put_object(
        Bucket=place.bucket,
        Key=place.key,
        Body=body,
        ChecksumSHA256=sha256_text(item.digest.sha256),
        **storage.written(),
    )
    tally.add(files=1, size=len(body), sent_files=1, sent_bytes=len(body))
    return ()
