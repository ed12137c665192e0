"""Manifests: the files that list a channel's objects."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from smtune.preflight.aws import Aws
from smtune.preflight.subject import Channel, bucket_and_key
from smtune.service import translated

_MOST_BYTES = 4 * 1024**2


class TooLongError(Exception):
    """A manifest that may be right, and that nobody reads to its end here."""


class ManifestError(ValueError):
    """A manifest that SageMaker could not read, or whose first object is not there."""


def first_object(aws: Aws, channel: Channel) -> str:
    """The URI of the first object that a channel's manifest lists, which is there.

    Raises ManifestError, TooLongError, ServiceError for the manifest itself, DeniedError.
    """
    place = bucket_and_key(channel.uri)
    if place is None:
        message = "it names no object"
        raise ManifestError(message)
    body = _read(aws, *place)
    uri = _of_lines(body, channel) if channel.kind == "AugmentedManifestFile" else _of_list(body)
    target = bucket_and_key(uri)
    if target is None or not target[1]:
        message = f"it lists {uri!r}, which is no object on S3"
        raise ManifestError(message)
    page = next(aws.pages("s3", "list_objects_v2", most=1, Bucket=target[0], Prefix=target[1], MaxKeys=1))
    if not page.get("KeyCount"):
        message = f"it lists {uri}, which is not there"
        raise ManifestError(message)
    return uri


def _read(aws: Aws, bucket: str, key: str) -> bytes:
    answer = aws.ask("s3", "get_object", Bucket=bucket, Key=key)
    body: Any = answer["Body"]
    with translated(), closing(body):
        return bytes(body.read(_MOST_BYTES + 1))


def _parsed(body: bytes, what: str) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        message = f"{what} is not UTF-8 text"
        raise ManifestError(message) from None
    except (ValueError, RecursionError) as error:
        message = f"{what} is not JSON: {error}"
        raise ManifestError(message) from None


def _of_list(body: bytes) -> str:
    """`[{"prefix": "s3://..."}, "relative/path", ...]`; the prefix may be left out where the paths are whole."""
    if len(body) > _MOST_BYTES:
        raise TooLongError
    listed = _parsed(body, "it")
    if not isinstance(listed, list) or not listed:
        message = "it is not a list of objects"
        raise ManifestError(message)
    head = listed[0].get("prefix") or "" if isinstance(listed[0], dict) else ""
    paths = [item for item in listed if isinstance(item, str)]
    if not paths:
        message = "it lists no objects after its prefix"
        raise ManifestError(message)
    return f"{head}{paths[0]}"


def _of_lines(body: bytes, channel: Channel) -> str:
    """One JSON object a line, with the channel's attributes; the one that ends in `-ref` is where the object lies."""
    line, end, _ = body.partition(b"\n")
    if not end and len(body) > _MOST_BYTES:
        raise TooLongError
    first = _parsed(line, "its first line")
    absent = [name for name in channel.attributes if not isinstance(first, dict) or name not in first]
    if absent or not isinstance(first, dict):
        message = f"its first line has no {', '.join(absent) or 'attributes'}"
        raise ManifestError(message)
    found = [str(first[name]) for name in first if name.endswith("-ref")]
    return found[0] if found else channel.uri
