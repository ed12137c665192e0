"""S3 as a comparison needs it: lists, reads, bears with throttling and lost connections, explains a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import boto3

from smtune.data.upload.place import parse_place
from smtune.errors import ServiceError, SpecError, UsageError
from smtune.patience import Line, Terms
from smtune.service import translated

_PATIENCE = 300.0
"""Seconds that one trouble of S3 may last, beyond what botocore bears by itself: somebody waits."""
_TRIES = 6
_LONGEST = 8.0
_NEIGHBOURS = 10
_DENIED = {"403", "AccessDenied", "AllAccessDisabled", "Forbidden"}
_ELSEWHERE = {
    "301",
    "307",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "PermanentRedirect",
    "TemporaryRedirect",
}
_STRANGERS = {"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "TokenRefreshRequired"}
_CHANGED = {"404", "412", "416", "InvalidRange", "NoSuchKey", "PreconditionFailed"}
Json = dict[str, Any]


class Store:
    """One place on S3. Once it was listed, several threads may read."""

    def __init__(self, session: boto3.Session, uri: str) -> None:
        self.uri = uri
        self.place = parse_place(uri)
        self._line = Line(session, Terms(patience=_PATIENCE))

    def pages(self) -> Iterator[list[Json]]:
        """What lies at the place, page by page in the order of the keys: `Key`, `Size` and `ETag` of each object."""
        token: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=self.place.key, **token)
            yield answer.get("Contents", [])
            if not answer.get("IsTruncated"):
                return
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    def beside(self) -> list[str]:
        """Some names in the folder that the place lies in; a folder's ends with a slash."""
        folder = self.place.key.rstrip("/").rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        answer = self._ask("list_objects_v2", Prefix=prefix, Delimiter="/", MaxKeys=_NEIGHBOURS)
        folders = [item["Prefix"] for item in answer.get("CommonPrefixes", [])]
        keys = [item["Key"] for item in answer.get("Contents", [])]
        return sorted(name.removeprefix(prefix) for name in (*folders, *keys) if name != prefix)

    def read(self, key: str, etag: str | None, start: int, length: int) -> bytes:
        """So many bytes of the object as it was listed; raises ServiceError where it is another one by now."""
        same = {"IfMatch": etag} if etag else {}
        for number in range(_TRIES):
            answer = self._ask("get_object", Key=key, Range=f"bytes={start}-{start + length - 1}", **same)
            try:
                with translated(), closing(answer["Body"]) as body:
                    return bytes(body.read())
            except ServiceError as error:  # it began, and was cut off
                if number == _TRIES - 1:
                    raise self._explained(error, key) from error
            time.sleep(min(_LONGEST, 0.25 * 2**number))
        raise AssertionError  # the last try returns or raises

    def _ask(self, operation: str, **request: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self._line.call("s3", operation, Bucket=self.place.bucket, **request)
        except ServiceError as error:
            raise self._explained(error, request.get("Key")) from error
        except SpecError as error:
            message = f"{self.uri} is no place on S3: {error.problems[0].message}"
            raise UsageError(message) from None
        return answer

    def _explained(self, error: ServiceError, key: str | None) -> ServiceError:
        """The same error with its place, and what to do about it."""
        said = str(error).removeprefix(f"{error.code}: ").rstrip(".")
        place = self.uri if key is None else f"s3://{self.place.bucket}/{key}"
        fix = self._fix(error.code, key)
        return ServiceError(error.code, f"{place}: {said}" + (f"\n    {fix}" if fix else ""))

    def _fix(self, code: str, key: str | None) -> str:
        bucket = self.place.bucket
        if code == "NoSuchBucket":
            return "name another bucket, or say where this one is: --local, --aws, --profile or --endpoint-url"
        if code in _DENIED:
            wanted = f"s3:ListBucket on the bucket {bucket} and s3:GetObject on s3://{bucket}/{self.place.key}*"
            return (
                f"these credentials need {wanted} (and kms:Decrypt where a key encrypts it), or use others: --profile"
            )
        if code in _ELSEWHERE:
            return f"say its region: --region NAME (aws s3api get-bucket-location --bucket {bucket} tells it)"
        if code in _STRANGERS:
            return "use other credentials: --profile NAME; or another region, where this one is not open to the account"
        if code == "InvalidObjectState":
            return "it is archived: restore it first (aws s3api restore-object), or name another prefix"
        return "it was changed while it was read: compare again" if code in _CHANGED and key is not None else ""
