"""Manifests: the files that list a channel's objects."""

from __future__ import annotations

import json
from typing import Any

from smtune.preflight.aws import Aws
from smtune.preflight.subject import Channel, bucket_and_key

_MOST_BYTES = 4 * 1024**2
_TOO_LONG = "longer than 4 MB: not read"


class ManifestError(ValueError):
    """A manifest that SageMaker could not read, or whose first object is not there."""


def first_object(aws: Aws, channel: Channel) -> str:
    """The URI of the first object that a channel's manifest lists, which is there.

    Raises ManifestError, ServiceError for the manifest itself, DeniedError.
    """
    place = bucket_and_key(channel.uri)
    if place is None:
        message = "it names no object"
        raise ManifestError(message)
    text = _read(aws, *place)
    uri = _of_lines(text, channel) if channel.kind == "AugmentedManifestFile" else _of_list(text)
    target = bucket_and_key(uri)
    if target is None or not target[1]:
        message = f"it lists {uri!r}, which is no object on S3"
        raise ManifestError(message)
    page = next(aws.pages("s3", "list_objects_v2", most=1, Bucket=target[0], Prefix=target[1], MaxKeys=1))
    if not page.get("KeyCount"):
        message = f"it lists {uri}, which is not there"
        raise ManifestError(message)
    return uri


def _read(aws: Aws, bucket: str, key: str) -> str:
    answer = aws.ask("s3", "get_object", Bucket=bucket, Key=key, Range=f"bytes=0-{_MOST_BYTES - 1}")
    body: Any = answer["Body"]
    try:
        return str(body.read().decode("utf-8"))
    except UnicodeDecodeError:
        message = "it is not UTF-8 text"
        raise ManifestError(message) from None


def _of_list(text: str) -> str:
    """`[{"prefix": "s3://..."}, "relative/path", ...]`; the prefix may be left out where the paths are whole."""
    try:
        listed = json.loads(text)
    except ValueError as error:
        message = _TOO_LONG if len(text) >= _MOST_BYTES else f"not JSON: {error}"
        raise ManifestError(message) from None
    if not isinstance(listed, list) or not listed:
        message = "it is not a list of objects"
        raise ManifestError(message)
    head = listed[0].get("prefix", "") if isinstance(listed[0], dict) else ""
    paths = [item for item in listed if isinstance(item, str)]
    if not paths:
        message = "it lists no objects after its prefix"
        raise ManifestError(message)
    return f"{head}{paths[0]}"


def _of_lines(text: str, channel: Channel) -> str:
    """One JSON object a line, with the channel's attributes; the one that ends in `-ref` is where the object lies."""
    try:
        first = json.loads(text.split("\n", 1)[0])
    except ValueError as error:
        message = f"its first line is not JSON: {error}"
        raise ManifestError(message) from None
    absent = [name for name in channel.attributes if not isinstance(first, dict) or name not in first]
    if absent or not isinstance(first, dict):
        message = f"its first line has no {', '.join(absent) or 'attributes'}"
        raise ManifestError(message)
    found = [str(first[name]) for name in first if name.endswith("-ref")]
    return found[0] if found else channel.uri
