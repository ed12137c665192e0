"""The S3 operations that the steps need, on a folder: put (in one or in parts), get, head, list."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from botocore.response import StreamingBody

from smtune.local.answers import ServiceAnswerError
from smtune.local.multipart import Uploads, part_numbers
from smtune.local.objects import list_objects, object_path, write_object

Json = dict[str, Any]
_PAGE = 1000


class ObjectService:
    """S3 on the folder `objects`."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._uploads = Uploads(objects)
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "PutObject": self._put,
            "GetObject": self._get,
            "HeadObject": self._head,
            "ListObjectsV2": self._list,
            "CreateMultipartUpload": self._begin,
            "UploadPart": self._add_part,
            "CompleteMultipartUpload": self._complete,
            "AbortMultipartUpload": self._abort,
        }

    def call(self, operation: str, params: Json) -> Json:
        """Answer one call, given botocore's request; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("NotImplemented", message, status=501)
        return handler(params)

    def _put(self, params: Json) -> Json:
        path = self._path(params)
        write_object(path, _stream(params))
        return {"ETag": _etag(path)}

    def _begin(self, params: Json) -> Json:
        self._path(params)
        return {"UploadId": self._uploads.begin()}

    def _add_part(self, params: Json) -> Json:
        query = params["query_string"]
        return {"ETag": _etag(self._uploads.add(query["uploadId"], int(query["partNumber"]), _stream(params)))}

    def _complete(self, params: Json) -> Json:
        path = self._path(params)
        self._uploads.complete(params["query_string"]["uploadId"], part_numbers(params["body"]), path)
        return {"ETag": _etag(path)}

    def _abort(self, params: Json) -> Json:
        self._uploads.abort(params["query_string"]["uploadId"])
        return {}

    def _get(self, params: Json) -> Json:
        path = self._existing(params)
        start, end = _range(params["headers"].get("Range"), path.stat().st_size)
        body: Any = _Slice(path, start, end)
        return {**_facts(path), "ContentLength": end - start, "Body": StreamingBody(body, end - start)}

    def _head(self, params: Json) -> Json:
        path = self._path(params)
        if not path.is_file():
            raise ServiceAnswerError("404", "Not Found", status=404)  # an answer to HEAD has no body to say more
        return {**_facts(path), "ContentLength": path.stat().st_size}

    def _list(self, params: Json) -> Json:
        query = params["query_string"]
        bucket, _ = _bucket_and_key(params)
        prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
        found = [(key, path) for key, path in list_objects(self._objects, bucket, prefix) if key > after]
        size = min(int(query.get("max-keys", _PAGE)), _PAGE)
        contents = [{"Key": key, "Size": path.stat().st_size, **_facts(path)} for key, path in found[:size]]
        more = len(found) > size
        answer: Json = {"Name": bucket, "Prefix": prefix, "KeyCount": len(contents), "IsTruncated": more}
        if contents:
            answer["Contents"] = contents
        if more:
            answer["NextContinuationToken"] = contents[-1]["Key"]
        return answer

    def _path(self, params: Json) -> Path:
        return object_path(self._objects, *_bucket_and_key(params))

    def _existing(self, params: Json) -> Path:
        path = self._path(params)
        if not path.is_file():
            raise ServiceAnswerError("NoSuchKey", f"The specified key does not exist: {path}", status=404)
        return path


class _Slice:
    """Some bytes of a file, read once. Like a connection, it may be dropped without being closed."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self._left = end - start
        os.lseek(self._descriptor, start, os.SEEK_SET)

    def read(self, size: int | None = None) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        chunks = []
        while wanted > 0 and (chunk := os.read(self._descriptor, wanted)):
            chunks.append(chunk)
            wanted -= len(chunk)
            self._left -= len(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def _stream(params: Json) -> BinaryIO:
    body = params["body"]
    stream: BinaryIO = io.BytesIO(body) if isinstance(body, bytes | bytearray) else body
    return stream


def _bucket_and_key(params: Json) -> tuple[str, str]:
    signing: Json = params["context"]["s3_redirect"]
    key = signing.get("params", {}).get("Key", "")
    return signing["bucket"], key


def _range(header: str | None, size: int) -> tuple[int, int]:
    if header is None:
        return 0, size
    first, _, last = header.removeprefix("bytes=").partition("-")
    return int(first), min(int(last) + 1 if last else size, size)


def _facts(path: Path) -> Json:
    modified = dt.datetime.fromtimestamp(int(path.stat().st_mtime), tz=dt.UTC)
    return {"ETag": _etag(path), "LastModified": modified}


def _etag(path: Path) -> str:
    with path.open("rb") as file:
        return f'"{hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()}"'
