"""S3 on a folder: objects, whole or in parts, with their checksums, headers and conditions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botocore.response import StreamingBody

from smtune.local.answers import ServiceAnswerError
from smtune.local.buckets import Buckets
from smtune.local.checksums import Checked, Claim
from smtune.local.multipart import Part, Uploads, read_parts
from smtune.local.object_facts import FactBook, Facts, facts_of, modified
from smtune.local.objects import Slice, create_object, object_path, remove_object, write_object
from smtune.local.s3_call import S3Call
from smtune.local.settings import ACCOUNT

Json = dict[str, Any]
_PARTS_PAGE = 1000


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
        _writer(call)(path, stream)
        facts = dataclasses.replace(
            facts_of(call.headers, stream.md5), algorithm=call.claim.algorithm, checksum=stream.checksum
        )
        self._facts.write(path, facts)
        return facts.of_put()

    def _copy(self, call: S3Call) -> Json:
        bucket, _, key = unquote(call.headers["x-amz-copy-source"]).lstrip("/").partition("/")
        source = self._existing(object_path(self._objects, bucket, key.partition("?versionId=")[0]))
        path = self._writable(call)
        old = self._facts.read(source)
        algorithm = call.headers.get("x-amz-checksum-algorithm", old.algorithm or "").lower() or None
        with source.open("rb") as file:
            stream: Any = Checked(file, Claim(algorithm))
            write_object(path, stream)
        given = facts_of(call.headers) if call.headers.get("x-amz-metadata-directive") == "REPLACE" else old
        facts = Facts(stream.md5, algorithm, stream.checksum, "FULL_OBJECT", given.headers, given.metadata)
        self._facts.write(path, facts)
        return {"CopyObjectResult": {"LastModified": modified(path), **facts.of_put()}}

    def _get(self, call: S3Call) -> Json:
        path = self._existing(self._path(call))
        facts = self._facts.describe(path, checksum=call.wants_checksum and "range" not in call.headers)
        size = facts["ContentLength"]
        if call.headers.get("if-match", facts["ETag"]) not in {facts["ETag"], facts["ETag"].strip('"'), "*"}:
            raise _failed_condition()
        start, end = _range(call.headers.get("range"), size)
        body: Any = Slice(path, start, end)
        partial = {"ContentRange": f"bytes {start}-{end - 1}/{size}"} if "range" in call.headers else {}
        return {**facts, **partial, "ContentLength": end - start, "Body": StreamingBody(body, end - start)}

    def _head(self, call: S3Call) -> Json:
        path = self._path(call)
        if not path.is_file():
            raise ServiceAnswerError("404", "Not Found", status=404)  # an answer to HEAD has no body to say more
        return self._facts.describe(path, checksum=call.wants_checksum)

    def _delete(self, call: S3Call) -> Json:
        """No error where there is no such object."""
        path = self._path(call)
        remove_object(path, self._objects / call.bucket)
        self._facts.forget(path)
        return {}

    def _delete_several(self, call: S3Call) -> Json:
        root = ET.fromstring(call.text)  # noqa: S314  written by botocore in this process
        keys = [item.text or "" for item in root.iter() if item.tag.rpartition("}")[2] == "Key"]
        for key in keys:
            self._delete(dataclasses.replace(call, key=key))
        return {"Deleted": [{"Key": key} for key in keys]}

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
        facts = self._uploads.complete(call.query["uploadId"], read_parts(call.text), path)
        self._facts.write(path, facts)
        return {"Bucket": call.bucket, "Key": call.key, **facts.of_put()}

    def _abort(self, call: S3Call) -> Json:
        self._uploads.abort(call.query["uploadId"])
        return {}

    def _path(self, call: S3Call) -> Path:
        return object_path(self._objects, call.bucket, call.key)

    def _existing(self, path: Path) -> Path:
        if not path.is_file():
            raise ServiceAnswerError("NoSuchKey", f"The specified key does not exist: {path}", status=404)
        return path

    def _writable(self, call: S3Call) -> Path:
        """The path, if the conditions of the request hold: If-None-Match: * and If-Match."""
        path = self._path(call)
        if call.headers.get("if-none-match") == "*" and path.is_file():
            raise _failed_condition()
        wanted = call.headers.get("if-match")
        if wanted is not None and wanted.strip('"') != self._facts.read(self._existing(path)).etag:
            raise _failed_condition()
        return path


def _writer(call: S3Call) -> Callable[[Path, Any], None]:
    """How to write: so that of two requests with If-None-Match only one succeeds, or over what is there."""
    return _create if call.headers.get("if-none-match") == "*" else write_object


def _create(path: Path, body: Any) -> None:
    try:
        create_object(path, body)
    except FileExistsError:
        raise _failed_condition() from None


def _failed_condition() -> ServiceAnswerError:
    message = "At least one of the pre-conditions you specified did not hold"
    return ServiceAnswerError("PreconditionFailed", message, status=412)


def _part_checksum(algorithm: str | None, part: Part) -> Json:
    return {} if algorithm is None or part.checksum is None else {f"Checksum{algorithm.upper()}": part.checksum}


def _range(header: str | None, size: int) -> tuple[int, int]:
    if header is None:
        return 0, size
    first, _, last = header.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size
    if int(first) >= size:
        raise ServiceAnswerError("InvalidRange", "The requested range is not satisfiable", status=416)
    return int(first), min(int(last) + 1 if last else size, size)
