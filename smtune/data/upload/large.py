"""Sends a large file in parts, each with its CRC-32; goes on with an upload that was interrupted.

A part's CRC-32 costs a third of another SHA-256. It is sent as a header, not as the trailer that boto3 would make of
it, which not every store takes.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.utils import ReadFileChunk

from smtune.data.upload.crew import Task
from smtune.data.upload.listing import parts_there, says_its_contents
from smtune.data.upload.slices import crc32_of, md5_of, refuse_changed
from smtune.data.upload.storage import Item, Storage, code_of, is_same_key
from smtune.data.upload.tally import Tally

_GONE = "NoSuchUpload"
# What S3 says of an upload that was begun otherwise: with other checksums, other parts, a key that is not ours.
_UNFIT = {"InvalidRequest", "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "AccessDenied"}


class LargeFile:
    """A file on its way by one multipart upload, in parts that any thread sends."""

    def __init__(
        self, storage: Storage, tally: Tally, item: Item, unfinished: str | None = None, *, is_second: bool = False
    ) -> None:
        self._storage, self._tally, self._item = storage, tally, item
        self._upload = unfinished
        self._resumes = unfinished is not None
        self._is_second = is_second
        self._there: Mapping[int, Mapping[str, Any]] = {}
        self._ended: dict[int, dict[str, Any]] = {}
        self._counted = Counter[str]()
        self._is_over = False
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

    def _send(self, number: int) -> Iterable[Task]:
        if self._is_over:
            return ()
        start = (number - 1) * self._part_size
        size = min(self._part_size, self._item.digest.bytes - start)
        crc32 = crc32_of(self._item, start, size)
        part, how = self._same_part(number, crc32, start, size), "resumed_bytes"
        if part is None:
            try:
                part, how = self._upload_part(number, crc32, start, size), "sent_bytes"
            except ClientError as error:
                return self._after(error)
        return self._count(number, part, size, how)

    def _count(self, number: int, part: dict[str, Any], size: int, how: str) -> Iterable[Task]:
        """A part is there; the last one completes the file."""
        with self._lock:
            if self._is_over:
                return ()
            self._ended[number] = {**part, "PartNumber": number}
            self._counted[how] += size
            self._tally.add(size=size, **{how: size})
            is_last = self._counted.total() == self._item.digest.bytes
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
        try:
            with ReadFileChunk.from_filename(str(self._item.source), start, size) as body:
                answer = self._storage.client.upload_part(
                    **self._place,
                    UploadId=self._upload,
                    PartNumber=number,
                    Body=body,
                    ChecksumCRC32=crc32,
                    **self._storage.owned(),
                )
        except (ClientError, BotoCoreError):
            refuse_changed(self._item)  # then this is why S3 refused it
            raise
        return {"ETag": answer["ETag"], "ChecksumCRC32": crc32}

    def _complete(self) -> Iterable[Task]:
        refuse_changed(self._item)
        try:
            answer = self._storage.client.complete_multipart_upload(
                **self._place,
                UploadId=self._upload,
                MultipartUpload={"Parts": [part for _, part in sorted(self._ended.items())]},
                **self._storage.owned(),
            )
        except ClientError as error:
            return self._after(error)
        if self._resumes and not is_same_key(self._storage.settings.kms_key, answer):
            return self._start_over()
        return self._end()

    def _after(self, error: ClientError) -> Iterable[Task]:
        """What is left to do where S3 refuses the upload: nothing, or all of it again; else raises `error`."""
        code = code_of(error)
        # Somebody else sent the same and was faster, or an answer was lost on its way and the call was made again.
        if code == _GONE and self._is_there():
            return self._end()
        if not self._is_second and (code == _GONE or (self._resumes and code in _UNFIT)):
            return self._start_over()
        raise error

    def _is_there(self) -> bool:
        """Whether the contents are at their place; not where nobody tells."""
        try:
            found = self._storage.client.head_object(**self._place, **self._storage.owned())
        except ClientError:
            return False
        is_ours = found.get("Metadata", {}).get("sha256") == self._item.digest.sha256
        return bool(found["ContentLength"] == self._item.digest.bytes) and (
            is_ours or says_its_contents(self._item.place)
        )

    def _end(self) -> Iterable[Task]:
        if self._is_first_to_end():
            self._tally.add(files=1, size=self._item.digest.bytes - self._counted.total(), sent_files=1)
        return ()

    def _start_over(self) -> Iterable[Task]:
        """Another upload, made by ourselves; what still runs for this one counts no more."""
        if not self._is_first_to_end():
            return ()
        self._tally.add(size=-self._counted.total(), resumed_bytes=-self._counted["resumed_bytes"])
        return (LargeFile(self._storage, self._tally, self._item, is_second=True).begin,)

    def _is_first_to_end(self) -> bool:
        with self._lock:
            was_over, self._is_over = self._is_over, True
        return not was_over
