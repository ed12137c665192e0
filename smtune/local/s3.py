"""S3 on a folder: objects, whole or in parts, with their checksums, headers and conditions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import io
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botocore.response import StreamingBody

from smtune.local.answers import ServiceAnswerError
from smtune.local.buckets import Buckets
from smtune.local.checksums import Checked, Claim
from smtune.local.conditions import check_conditions, failed_condition
from smtune.local.multipart import Part, Uploads, read_parts
from smtune.local.object_facts import FactBook, Facts, facts_of
from smtune.local.objects import Seal, Slice, create_object, object_path, remove_object, write_object
from smtune.local.s3_call import S3Call
from smtune.local.settings import ACCOUNT

Json = dict[str, Any]
_PARTS_PAGE = 1000
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class ObjectService:
    """S3 on the folder `objects`."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._uploads = Uploads(objects)
        self._facts = FactBook(objects)
        self.operations: Mapping[str, Callable[[S3Call], Json]] = {
            **Buckets(objects, self._facts, self._uploads).operations,
            "PutObject": self._put,
            "CopyObject": self._copy,
            "GetObject": self._get,
            "HeadObject": self._head,
            "DeleteObject": self._delete,
            "DeleteObjects": self._delete_several,
            "CreateMultipartUpload": self._begin,
            "UploadPart": self._add_part,
            "ListParts": self._list_parts,
            "CompleteMultipartUpload": self._complete,
            "AbortMultipartUpload": self._abort,
        }

    def call(self, operation: str, params: Json) -> Json:
        """Answer one call, given botocore's request; raises ServiceAnswerError, ObjectKeyError, OSError."""
        return self.answer(operation, lambda: S3Call.of(params))

    def answer(self, operation: str, read: Callable[[], S3Call]) -> Json:
        """Answer one call, read only where it is one that is answered; raises as `call` does."""
        handler = self.operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("NotImplemented", message, status=501)
        call = read()
        if call.headers.get("x-amz-expected-bucket-owner", ACCOUNT) != ACCOUNT:
            raise ServiceAnswerError("AccessDenied", "Access Denied", status=403)
        return handler(call)

    def _put(self, call: S3Call) -> Json:
        path = self._writable(call)
        stream: Any = Checked(call.stream, call.claim)

        def facts() -> Facts:
            known = facts_of(call.headers, stream.md5)
            return dataclasses.replace(known, algorithm=call.claim.algorithm, checksum=stream.checksum)

        if call.key.endswith("/"):
            _make_folder(path, stream)
        else:
            with self._facts.replacing(path):
                _writer(call)(path, stream, lambda status: self._facts.write(path, status, facts()))
        return facts().of_put()

    def _copy(self, call: S3Call) -> Json:
        bucket, _, key = unquote(call.headers["x-amz-copy-source"]).lstrip("/").partition("/")
        source = object_path(self._objects, bucket, key.partition("?versionId=")[0])
        path = self._writable(call)
        with _opened(source) as file:
            return self._copied(call, file, self._facts.read(source, file), path)

    def _copied(self, call: S3Call, file: io.BufferedReader, old: Facts, path: Path) -> Json:
        algorithm = call.headers.get("x-amz-checksum-algorithm", old.algorithm or "").lower() or None
        stream: Any = Checked(file, Claim(algorithm))
        given = facts_of(call.headers) if call.headers.get("x-amz-metadata-directive") == "REPLACE" else old

        def facts() -> Facts:
            return Facts(stream.md5, algorithm, stream.checksum, "FULL_OBJECT", given.headers, given.metadata)

        file.seek(0)
        with self._facts.replacing(path):
            write_object(path, stream, lambda status: self._facts.write(path, status, facts()))
        now = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
        return {"CopyObjectResult": {"LastModified": now, **facts().of_put()}}

    def _get(self, call: S3Call) -> Json:
        path, asked = self._path(call), call.headers.get("range")
        with _opened(path) as file:  # from now on it may be replaced, or removed
            size = os.fstat(file.fileno()).st_size
            start, end = (0, size) if (found := _range(asked, size)) is None else found
            facts = self._facts.describe(path, file, checksum=call.wants_checksum and found is None)
            check_conditions(call.headers, facts["ETag"], facts["LastModified"])
            body: Any = Slice(file, start, end)
        partial = {} if found is None else {"ContentRange": f"bytes {start}-{end - 1}/{size}"}
        return {**facts, **partial, "ContentLength": end - start, "Body": StreamingBody(body, end - start)}

    def _head(self, call: S3Call) -> Json:
        path = self._path(call)
        try:
            with _opened(path) as file:
                facts = self._facts.describe(path, file, checksum=call.wants_checksum)
        except ServiceAnswerError:
            raise ServiceAnswerError("404", "Not Found", status=404) from None  # an answer to HEAD has no body
        check_conditions(call.headers, facts["ETag"], facts["LastModified"])
        return facts

    def _delete(self, call: S3Call) -> Json:
        """No error where there is no such object."""
        path = self._path(call)
        remove_object(path, self._objects / call.bucket)
        self._facts.forget(path)
        return {}

    def _delete_several(self, call: S3Call) -> Json:
        root = ET.fromstring(call.text)  # noqa: S314  written by botocore in this process
        texts = [(item.tag.rpartition("}")[2], item.text or "") for item in root.iter()]
        keys = [text for name, text in texts if name == "Key"]
        for key in keys:
            self._delete(dataclasses.replace(call, key=key))
        return {} if ("Quiet", "true") in texts else {"Deleted": [{"Key": key} for key in keys]}

    def _begin(self, call: S3Call) -> Json:
        self._path(call)
        algorithm = call.headers.get("x-amz-checksum-algorithm", "").lower() or None
        usual = "FULL_OBJECT" if algorithm == "crc64nvme" else "COMPOSITE"
        kind = call.headers.get("x-amz-checksum-type", usual)
        facts = dataclasses.replace(facts_of(call.headers), algorithm=algorithm, kind=kind)
        answer: Json = {"Bucket": call.bucket, "Key": call.key}
        answer["UploadId"] = self._uploads.begin(call.bucket, call.key, facts)
        return answer | ({"ChecksumAlgorithm": algorithm.upper(), "ChecksumType": kind} if algorithm else {})

    def _add_part(self, call: S3Call) -> Json:
        """With the upload's own checksum algorithm where the part names none."""
        wanted = self._uploads.find(call.query["uploadId"]).facts.algorithm
        claim = call.claim if call.claim.value or wanted is None else Claim(wanted, None, call.claim.md5)
        part = self._uploads.add(call.query["uploadId"], int(call.query["partNumber"]), call.stream, claim)
        return {"ETag": f'"{part.etag}"', **_part_checksum(claim.algorithm, part)}

    def _list_parts(self, call: S3Call) -> Json:
        upload = self._uploads.find(call.query["uploadId"])
        size = min(int(call.query.get("max-parts", _PARTS_PAGE)), _PARTS_PAGE)
        marker = int(call.query.get("part-number-marker", 0))
        parts = [part for part in self._uploads.parts(upload.identifier) if part.number > marker]
        listed = [
            {
                "PartNumber": part.number,
                "ETag": f'"{part.etag}"',
                "Size": part.size,
                "LastModified": dt.datetime.fromtimestamp(int(upload.initiated), tz=dt.UTC),
                **_part_checksum(upload.facts.algorithm, part),
            }
            for part in parts[:size]
        ]
        answer: Json = {"Bucket": upload.bucket, "Key": upload.key, "UploadId": upload.identifier, "MaxParts": size}
        answer["IsTruncated"] = len(parts) > size
        if answer["IsTruncated"]:
            answer["NextPartNumberMarker"] = parts[size - 1].number
        return answer | ({"Parts": listed} if listed else {})

    def _complete(self, call: S3Call) -> Json:
        path = self._writable(call)
        with self._facts.replacing(path):
            keep = functools.partial(self._facts.write, path)
            facts = self._uploads.complete(call.query["uploadId"], read_parts(call.text), path, keep)
        return {"Bucket": call.bucket, "Key": call.key, **facts.of_put()}

    def _abort(self, call: S3Call) -> Json:
        self._uploads.abort(call.query["uploadId"])
        return {}

    def _path(self, call: S3Call) -> Path:
        return object_path(self._objects, call.bucket, call.key)

    def _writable(self, call: S3Call) -> Path:
        """The path, if the conditions of the request hold: If-None-Match: * and If-Match."""
        path = self._path(call)
        if call.headers.get("if-none-match") == "*" and path.is_file():
            raise failed_condition()
        wanted = call.headers.get("if-match")
        if wanted is not None:
            with _opened(path) as file:
                if wanted.strip('"') != self._facts.read(path, file).etag:
                    raise failed_condition()
        return path


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise ServiceAnswerError("NoSuchKey", f"The specified key does not exist: {path}", status=404) from None


def _writer(call: S3Call) -> Callable[[Path, Any, Seal], None]:
    """How to write: so that of two requests with If-None-Match only one succeeds, or over what is there."""
    return _create if call.headers.get("if-none-match") == "*" else write_object


def _create(path: Path, body: Any, seal: Seal) -> None:
    try:
        create_object(path, body, seal)
    except FileExistsError:
        raise failed_condition() from None


def _make_folder(path: Path, body: Any) -> None:
    """What clients put to have an empty folder shown: it is one here, and in no list."""
    if body.read(1):
        message = "A key that ends with a slash is a folder here, and has no bytes"
        raise ServiceAnswerError("InvalidArgument", message)
    path.mkdir(parents=True, exist_ok=True)


def _part_checksum(algorithm: str | None, part: Part) -> Json:
    return {} if algorithm is None or part.checksum is None else {f"Checksum{algorithm.upper()}": part.checksum}


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes that are asked for; None for all: what is no range, or several, is passed over (RFC 9110, 14.2)."""
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return None
    if start >= size:
        raise ServiceAnswerError("InvalidRange", "The requested range is not satisfiable", status=416)
    return start, end
