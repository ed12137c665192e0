"""Sends a file: a small one with one request and its SHA-256, a large one in parts, each with its CRC-32.

A part's CRC-32 costs a third of another SHA-256. It is sent as a header, not as the trailer that boto3 would make of
it, which not every store takes.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError
from s3transfer.utils import ReadFileChunk

from smtune.data.upload.crew import Task
from smtune.data.upload.hashes import Stamp, changed
from smtune.data.upload.listing import parts_there
from smtune.data.upload.slices import crc32_of, md5_of, read_whole
from smtune.data.upload.storage import Item, Storage, code_of, is_same_key, sha256_text
from smtune.data.upload.tally import Tally

Parts = Mapping[int, Mapping[str, Any]]


def send_task(storage: Storage, tally: Tally, item: Item, unfinished: str | None = None) -> Task:
    """The task that sends `item`; with the id of an `unfinished` multipart upload, only what that has not got."""
    if item.digest.bytes <= storage.settings.part_size:
        return functools.partial(put_file, storage, tally, item)
    return _Large(storage, tally, item, unfinished).begin


def put_file(storage: Storage, tally: Tally, item: Item) -> tuple[Task, ...]:
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


class _Large:
    """A file on its way, in parts that any thread sends."""

    def __init__(self, storage: Storage, tally: Tally, item: Item, unfinished: str | None) -> None:
        self._storage, self._tally, self._item = storage, tally, item
        self._upload = unfinished
        self._resumes = unfinished is not None
        self._there: Parts = {}
        self._ended: dict[int, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._place = {"Bucket": item.place.bucket, "Key": item.place.key}
        self._part_size = storage.settings.part_size_of(item.digest.bytes)

    def begin(self) -> Iterable[Task]:
        """Find or make the multipart upload; its parts are the next tasks."""
        found = parts_there(self._storage, self._item.place, self._upload) if self._upload else None
        if found is None:
            self._create()
        self._there = found or {}
        count = -(-self._item.digest.bytes // self._part_size)
        return tuple(functools.partial(self._send, number) for number in range(1, count + 1))

    def _create(self) -> None:
        self._resumes = False
        answer = self._storage.client.create_multipart_upload(
            **self._place,
            ChecksumAlgorithm="CRC32",
            Metadata={"sha256": self._item.digest.sha256},
            **self._storage.written(),
        )
        self._upload = answer["UploadId"]

    def _send(self, number: int) -> tuple[Task, ...]:
        start = (number - 1) * self._part_size
        size = min(self._part_size, self._item.digest.bytes - start)
        crc32 = crc32_of(self._item, start, size)
        part = self._same_part(number, crc32, start, size)
        if part is None:
            part = self._upload_part(number, crc32, start, size)
            self._tally.add(size=size, sent_bytes=size)
        else:
            self._tally.add(size=size, resumed_bytes=size)
        with self._lock:
            self._ended[number] = {**part, "PartNumber": number}
            is_last = len(self._ended) * self._part_size >= self._item.digest.bytes
        return (self._complete,) if is_last else ()

    def _same_part(self, number: int, crc32: str, start: int, size: int) -> dict[str, Any] | None:
        """The part that is there already, if it has the same contents, as far as that can be known."""
        there = self._there.get(number)
        if there is None or there["Size"] != size:
            return None
        known = there.get("ChecksumCRC32")
        if known is not None:
            return {"ETag": there["ETag"], "ChecksumCRC32": known} if known == crc32 else None
        # A store without checksums: the ETag of a part is its MD5, unless KMS encrypts it; then it is sent again.
        is_same = there["ETag"].strip('"') == md5_of(self._item, start, size)
        return {"ETag": there["ETag"]} if is_same else None

    def _upload_part(self, number: int, crc32: str, start: int, size: int) -> dict[str, Any]:
        with ReadFileChunk.from_filename(str(self._item.source), start, size) as body:
            answer = self._storage.client.upload_part(
                **self._place,
                UploadId=self._upload,
                PartNumber=number,
                Body=body,
                ChecksumCRC32=crc32,
                **self._storage.owned(),
            )
        return {"ETag": answer["ETag"], "ChecksumCRC32": crc32}

    def _complete(self) -> Iterable[Task]:
        if Stamp.of(self._item.source.stat()) != self._item.digest.stamp:
            raise changed(self._item.source)
        try:
            answer = self._storage.client.complete_multipart_upload(
                **self._place,
                UploadId=self._upload,
                MultipartUpload={"Parts": [part for _, part in sorted(self._ended.items())]},
                **self._storage.owned(),
            )
        except ClientError as error:
            # Somebody else ended the same upload, or an answer was lost on its way and the call was made again.
            if code_of(error) != "NoSuchUpload" or not self._is_there():
                raise
            answer = {}
        if self._resumes and not is_same_key(self._storage.settings.kms_key, answer):
            return self._start_over()
        self._tally.add(files=1, sent_files=1)
        return ()

    def _is_there(self) -> bool:
        answer = self._storage.client.head_object(**self._place, **self._storage.owned())
        return bool(answer["ContentLength"] == self._item.digest.bytes)

    def _start_over(self) -> Iterable[Task]:
        """What was resumed had been begun with another key."""
        self._tally.add(size=-self._item.digest.bytes)
        self._upload = None
        self._ended.clear()
        return (self.begin,)
