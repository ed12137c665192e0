"""S3's operations on buckets and lists. A bucket is a folder; the first object of one makes it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.multipart import Uploads
from smtune.local.object_facts import FactBook, modified
from smtune.local.objects import list_objects
from smtune.local.s3_call import S3Call
from smtune.local.settings import ACCOUNT, REGION

Json = dict[str, Any]
_PAGE = 1000


class Buckets:
    """CreateBucket, DeleteBucket, HeadBucket, GetBucketLocation, lists of buckets, objects and multipart uploads."""

    def __init__(self, objects: Path, facts: FactBook, uploads: Uploads) -> None:
        self._objects = objects
        self._facts = facts
        self._uploads = uploads
        self.operations: Mapping[str, Callable[[S3Call], Json]] = {
            "CreateBucket": self._create,
            "DeleteBucket": self._delete,
            "HeadBucket": self._head,
            "GetBucketLocation": self._locate,
            "ListBuckets": self._list_buckets,
            "ListObjects": self._list_by_marker,
            "ListObjectsV2": self._list,
            "ListMultipartUploads": self._list_uploads,
        }

    def _create(self, call: S3Call) -> Json:
        """As in us-east-1, where creating one's own bucket again is no error."""
        (self._objects / call.bucket).mkdir(parents=True, exist_ok=True)
        return {"Location": f"/{call.bucket}"}

    def _head(self, call: S3Call) -> Json:
        if not (self._objects / call.bucket).is_dir():
            raise ServiceAnswerError("404", "Not Found", status=404)
        return {"BucketRegion": REGION, "AccessPointAlias": False}

    def _locate(self, call: S3Call) -> Json:
        """None is what S3 says for us-east-1."""
        if not (self._objects / call.bucket).is_dir():
            raise ServiceAnswerError("NoSuchBucket", "The specified bucket does not exist", status=404)
        return {"LocationConstraint": None}

    def _delete(self, call: S3Call) -> Json:
        folder = self._objects / call.bucket
        if not folder.is_dir():
            raise ServiceAnswerError("NoSuchBucket", "The specified bucket does not exist", status=404)
        for place, _, _ in os.walk(folder, topdown=False):
            with suppress(OSError):
                Path(place).rmdir()  # empty folders are no objects
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            message = "The bucket you tried to delete is not empty"
            raise ServiceAnswerError("BucketNotEmpty", message, status=409) from None
        return {}

    def _list_buckets(self, _: S3Call) -> Json:
        """By name; all that begin with a dot are the engine's own."""
        folders = self._objects.glob("[!.]*") if self._objects.is_dir() else ()
        buckets = [
            {"Name": folder.name, "CreationDate": modified(folder)} for folder in sorted(folders) if folder.is_dir()
        ]
        return {"Buckets": buckets, "Owner": {"ID": ACCOUNT}}

    def _list_by_marker(self, call: S3Call) -> Json:
        """The first version of ListObjects, which goes on after a key."""
        query = {name: text for name, text in call.query.items() if name != "continuation-token"}
        answer = self._list(dataclasses.replace(call, query={**query, "start-after": query.get("marker", "")}))
        answer.pop("KeyCount")
        last = answer.pop("NextContinuationToken", None)
        return answer | {"Marker": query.get("marker", "")} | ({"NextMarker": last} if last else {})

    def _list(self, call: S3Call) -> Json:
        prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
        after = call.query.get("continuation-token") or call.query.get("start-after", "")
        size = min(int(call.query.get("max-keys", _PAGE)), _PAGE)
        if size < 0:
            raise ServiceAnswerError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647")
        contents: list[Json] = []
        groups: list[str] = []
        last = ""
        more = False
        for key, path in list_objects(self._objects, call.bucket, prefix):
            group = _group(key, prefix, delimiter)
            place = group or key
            if place <= after or (group and group in groups[-1:]):
                continue
            if len(contents) + len(groups) == size:
                more = size > 0
                break
            last = place
            if group:
                groups.append(group)
            else:
                with suppress(FileNotFoundError):  # removed meanwhile
                    contents.append(self._entry(key, path))
        answer: Json = {"Name": call.bucket, "Prefix": prefix, "MaxKeys": size, "IsTruncated": more}
        answer["KeyCount"] = len(contents) + len(groups)
        answer |= {"Contents": contents} if contents else {}
        answer |= {"CommonPrefixes": [{"Prefix": group} for group in groups]} if groups else {}
        return answer | ({"NextContinuationToken": last} if more else {})

    def _entry(self, key: str, path: Path) -> Json:
        facts = self._facts.read(path)
        entry: Json = {"Key": key, "Size": path.stat().st_size, "ETag": f'"{facts.etag}"', "StorageClass": "STANDARD"}
        entry["LastModified"] = modified(path)
        if facts.algorithm is not None:
            entry |= {"ChecksumAlgorithm": [facts.algorithm.upper()], "ChecksumType": facts.kind}
        return entry

    def _list_uploads(self, call: S3Call) -> Json:
        prefix = call.query.get("prefix", "")
        found = [item for item in self._uploads.all() if item.bucket == call.bucket and item.key.startswith(prefix)]
        uploads = [
            {
                "UploadId": item.identifier,
                "Key": item.key,
                "Initiated": dt.datetime.fromtimestamp(item.initiated, tz=dt.UTC),
                "StorageClass": "STANDARD",
            }
            for item in found
        ]
        answer: Json = {"Bucket": call.bucket, "Prefix": prefix, "IsTruncated": False}
        return answer | ({"Uploads": uploads} if uploads else {})


def _group(key: str, prefix: str, delimiter: str) -> str:
    """The common prefix that stands for the key in a list, or none."""
    rest = key[len(prefix) :]
    if not delimiter or delimiter not in rest:
        return ""
    return prefix + rest[: rest.index(delimiter) + len(delimiter)]
