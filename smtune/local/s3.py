"""The S3 operations that the steps need, on a folder: put, get, head, list."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.response import StreamingBody

from smtune.local.answers import ServiceAnswerError
from smtune.local.objects import list_objects, object_path, write_object

Json = dict[str, Any]
_PAGE = 1000


class ObjectService:
    """S3 on the folder `objects`."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "PutObject": self._put,
            "GetObject": self._get,
            "HeadObject": self._head,
            "ListObjectsV2": self._list,
        }

    def call(self, operation: str, params: Json) -> Json:
        """Answer one call, given botocore's request; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("NotImplemented", message, status=501)
        return handler(params)

    def _put(self, params: Json) -> Json:
        body = params["body"]
        stream = io.BytesIO(body) if isinstance(body, bytes | bytearray) else body
        path = self._path(params)
        write_object(path, stream)
        return {"ETag": _etag(path)}

    def _get(self, params: Json) -> Json:
        path = self._existing(params)
        start, end = _range(params["headers"].get("Range"), path.stat().st_size)
        file = path.open("rb")
        file.seek(start)
        return {**_facts(path), "ContentLength": end - start, "Body": StreamingBody(file, end - start)}

    def _head(self, params: Json) -> Json:
        path = self._existing(params)
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
