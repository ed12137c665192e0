"""What is at the places already: one listing for each prefix, not one question for each file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from smtune.data.upload.place import Place
from smtune.data.upload.storage import Storage, code_of

_FINGERPRINT = re.compile(r"[0-9a-f]{16,64}")
_UNKNOWN = {"NotImplemented", "MethodNotAllowed", "AccessDenied", "NoSuchUpload"}


def sizes_there(storage: Storage, places: Iterable[Place]) -> dict[Place, int]:
    """Place -> bytes, of those that are there."""
    wanted = set(places)
    listed = (each for bucket, prefix in prefixes(wanted) for each in _list_sizes(storage, bucket, prefix))
    return {place: size for place, size in listed if place in wanted}


def _list_sizes(storage: Storage, bucket: str, prefix: str) -> Iterator[tuple[Place, int]]:
    pages = storage.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **storage.owned())
    for page in pages:
        for each in page.get("Contents", ()):
            yield Place(bucket, each["Key"]), each["Size"]


def unfinished_uploads(storage: Storage, places: Sequence[Place]) -> dict[Place, str]:
    """Place -> the id of the newest multipart upload to it that was begun and not ended.

    A store that cannot tell, or does not want to, has none.
    """
    wanted = set(places)
    newest: dict[Place, tuple[object, str]] = {}
    for bucket, prefix in prefixes(wanted):
        pages = storage.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, Prefix=prefix, **storage.owned()
        )
        try:
            for page in pages:
                for each in page.get("Uploads", ()):
                    place = Place(bucket, each["Key"])
                    if place in wanted and each.get("ChecksumAlgorithm", "CRC32") == "CRC32":
                        newest[place] = max(
                            newest.get(place, (each["Initiated"], "")), (each["Initiated"], each["UploadId"])
                        )
        except ClientError as error:
            if code_of(error) not in _UNKNOWN:
                raise
    return {place: upload for place, (_, upload) in newest.items()}


def parts_there(storage: Storage, place: Place, upload: str) -> Mapping[int, Mapping[str, object]] | None:
    """Part number -> what ListParts says of it; None where the upload is no more, or nobody tells."""
    pages = storage.client.get_paginator("list_parts").paginate(
        Bucket=place.bucket, Key=place.key, UploadId=upload, **storage.owned()
    )
    try:
        return {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}
    except ClientError as error:
        if code_of(error) not in _UNKNOWN:
            raise
        return None


def says_its_contents(place: Place) -> bool:
    """Whether a fingerprint is part of the key: then what lies there can only be the same contents."""
    return any(_FINGERPRINT.fullmatch(part) for part in place.key.split("/"))


def prefixes(places: Iterable[Place]) -> list[tuple[str, str]]:
    """(bucket, prefix) to list so that all `places` are seen and little else.

    What lies below one fingerprint is listed at once, and so is what lies in one folder.
    """
    groups: dict[Place, list[str]] = defaultdict(list)
    for place in places:
        groups[Place(place.bucket, _home(place.key))].append(place.key)
    return sorted((group.bucket, _beginning(min(keys), max(keys))) for group, keys in groups.items())


def _beginning(first: str, last: str) -> str:
    """What all keys begin with, given the first and the last of them in order."""
    same = next((number for number, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first if same is None else first[:same]


def _home(key: str) -> str:
    parts = key.split("/")
    for number, part in enumerate(parts[:-1]):
        if _FINGERPRINT.fullmatch(part):
            return "/".join(parts[: number + 1])
    return "/".join(parts[:-1])
