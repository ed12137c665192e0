"""Copies what lies in S3 already under another key, without sending it: whole, or in parts where S3 wants that."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from smtune.data.upload.crew import Task
from smtune.data.upload.place import Place
from smtune.data.upload.put import send_task
from smtune.data.upload.settings import MIB
from smtune.data.upload.storage import Item, Storage, code_of, sha256_text
from smtune.data.upload.tally import Tally

LARGEST_COPY = 5 << 30
"""Bytes that one CopyObject copies."""
PART_SIZE = 512 * MIB
_SEND_INSTEAD = {"NoSuchKey", "404", "NotImplemented", "MethodNotAllowed", "AccessDenied", "PreconditionFailed"}


def copy_task(storage: Storage, tally: Tally, item: Item, origin: Place) -> Task:
    """The task that copies `origin` to the place of `item`; what cannot be copied is sent."""
    if item.digest.bytes > LARGEST_COPY:
        return _LargeCopy(storage, tally, item, origin).begin
    return functools.partial(_copy_object, storage, tally, item, origin)


def _copy_object(storage: Storage, tally: Tally, item: Item, origin: Place) -> tuple[Task, ...]:
    try:
        answer = storage.client.copy_object(
            Bucket=item.place.bucket,
            Key=item.place.key,
            CopySource={"Bucket": origin.bucket, "Key": origin.key},
            ChecksumAlgorithm="SHA256",
            **_source_owner(storage),
            **storage.written(),
        )
    except ClientError as error:
        if code_of(error) not in _SEND_INSTEAD:
            raise
        return (send_task(storage, tally, item),)
    right = sha256_text(item.digest.sha256)
    if answer.get("CopyObjectResult", {}).get("ChecksumSHA256", right) != right:
        return (send_task(storage, tally, item),)  # somebody has put something else there since
    size = item.digest.bytes
    tally.add(files=1, size=size, copied_files=1, copied_bytes=size)
    return ()


class _LargeCopy:
    """An object that is copied in ranges."""

    def __init__(self, storage: Storage, tally: Tally, item: Item, origin: Place) -> None:
        self._storage, self._tally, self._item, self._origin = storage, tally, item, origin
        self._place = {"Bucket": item.place.bucket, "Key": item.place.key}
        self._part_size = max(PART_SIZE, storage.settings.part_size_of(item.digest.bytes))
        self._upload = ""
        self._ended: dict[int, Any] = {}
        self._lock = threading.Lock()

    def begin(self) -> Iterable[Task]:
        try:
            self._storage.client.head_object(Bucket=self._origin.bucket, Key=self._origin.key, **self._storage.owned())
            answer = self._storage.client.create_multipart_upload(
                **self._place, Metadata={"sha256": self._item.digest.sha256}, **self._storage.written()
            )
        except ClientError as error:
            if code_of(error) not in _SEND_INSTEAD:
                raise
            return (send_task(self._storage, self._tally, self._item),)
        self._upload = answer["UploadId"]
        count = -(-self._item.digest.bytes // self._part_size)
        return tuple(functools.partial(self._copy, number) for number in range(1, count + 1))

    def _copy(self, number: int) -> tuple[Task, ...]:
        first = (number - 1) * self._part_size
        size = min(self._part_size, self._item.digest.bytes - first)
        answer = self._storage.client.upload_part_copy(
            **self._place,
            UploadId=self._upload,
            PartNumber=number,
            CopySource={"Bucket": self._origin.bucket, "Key": self._origin.key},
            CopySourceRange=f"bytes={first}-{first + size - 1}",
            **self._storage.owned(),
            **_source_owner(self._storage),
        )
        self._tally.add(size=size, copied_bytes=size)
        with self._lock:
            result = answer["CopyPartResult"]
            self._ended[number] = {
                "PartNumber": number,
                **{name: result[name] for name in ("ETag", "ChecksumCRC32", "ChecksumCRC64NVME") if name in result},
            }
            is_last = len(self._ended) * self._part_size >= self._item.digest.bytes
        return (self._complete,) if is_last else ()

    def _complete(self) -> tuple[Task, ...]:
        self._storage.client.complete_multipart_upload(
            **self._place,
            UploadId=self._upload,
            MultipartUpload={"Parts": [part for _, part in sorted(self._ended.items())]},
            **self._storage.owned(),
        )
        self._tally.add(files=1, copied_files=1)
        return ()


def _source_owner(storage: Storage) -> dict[str, str]:
    owner = storage.settings.owner
    return {"ExpectedSourceBucketOwner": owner} if owner else {}
