"""The data of each channel: there, readable as what it says it is, and small enough for the volume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtune.errors import ServiceError
from smtune.estimate.fleet import fleets
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.manifest import ManifestError, TooLongError, first_object
from smtune.preflight.subject import Channel, Json, Subject, bucket_and_key, channels, elsewhere

GB = 1024**3
_MOST_PAGES, _PAGE = 10, 1000
_OWN_STORAGE = ("ml.p4d.", "ml.p4de.", "ml.p5.", "ml.g4dn.", "ml.g5.", "ml.g6.", "ml.trn1.")
"""Families with disks of their own: VolumeSizeInGB does not bound them (its text in the API, and instance types)."""
_NEARLY_FULL = 0.9


@dataclass(frozen=True)
class Size:
    """What a prefix holds, as far as it was counted."""

    objects: int = 0
    bytes: int = 0
    is_whole: bool = True


def inputs(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`channel NAME` for each channel; `volume` for each definition whose training jobs copy their data."""
    for part in subject.parts:
        copied, is_whole = 0.0, True
        for name in elsewhere(part):
            yield Check(f"channel {name}", "unknown", "its data is not on S3: not checked")
        for channel in channels(part):
            check, size = _channel(aws, subject, channel)
            yield check
            if channel.mode == "File" and not _is_to_come(subject, channel):  # counted once, whether there or not
                copied += size.bytes / (_instances(part) if channel.is_shared_out else 1)
                is_whole = is_whole and size.is_whole
        if any(_is_to_come(subject, channel) for channel in channels(part)):
            copied += subject.upload_bytes or 0
        if copied:
            yield from _volume(part, copied, is_whole=is_whole)


def _channel(aws: Aws, subject: Subject, channel: Channel) -> tuple[Check, Size]:
    title = f"channel {channel.name}"
    try:
        if channel.kind == "S3Prefix":
            return _prefix(aws, subject, channel)
        place = first_object(aws, channel)
        return Check(title, "ok", f"{channel.uri} parses, and {place} is there"), Size()
    except DeniedError as error:
        return aws.refused(title, error), Size()
    except ManifestError as error:
        return Check(title, "failed", f"{channel.uri}: {error}", shell("aws", "s3", "cp", channel.uri, "-")), Size()
    except TooLongError:
        return Check(title, "unknown", f"{channel.uri} is longer than 4 MB: not read"), Size()
    except ServiceError as error:
        if error.code not in ("NoSuchBucket", "NoSuchKey", "404"):
            return Check(title, "unknown", f"not looked at: {error}"), Size()
        fix = shell("aws", "s3", "cp", "FILE", channel.uri)
        return Check(title, "failed", f"there is nothing at {channel.uri}: {error.code}", fix), Size()


def _prefix(aws: Aws, subject: Subject, channel: Channel) -> tuple[Check, Size]:
    title, place = f"channel {channel.name}", bucket_and_key(channel.uri)
    if place is None:
        return Check(title, "unknown", f"{channel.uri} names no bucket: not checked"), Size()
    is_to_come = _is_to_come(subject, channel)
    try:
        size = _measure(aws, *place)
    except ServiceError as error:
        if not (is_to_come and error.code == "NoSuchBucket"):
            raise
        size = Size()
    if size.objects:
        more = "" if size.is_whole else "more than "
        return Check(title, "ok", f"{channel.uri} has {more}{size.objects:,} objects, {in_gb(size.bytes)}"), size
    if is_to_come:
        return Check(title, "ok", f"{channel.uri} is filled by the launch"), size
    fix = shell("aws", "s3", "cp", "--recursive", "FOLDER", channel.uri)
    return Check(title, "failed", f"no object's key begins with {channel.uri}; SageMaker refuses the job", fix), size


def _measure(aws: Aws, bucket: str, prefix: str) -> Size:
    """Objects and bytes below a prefix: of the first pages only, so that a lake takes no minutes."""
    objects = total = 0
    is_whole = True
    for page in aws.pages("s3", "list_objects_v2", most=_MOST_PAGES, Bucket=bucket, Prefix=prefix, MaxKeys=_PAGE):
        objects += len(page.get("Contents", ()))
        total += sum(item["Size"] for item in page.get("Contents", ()))
        is_whole = not page.get("IsTruncated", False)
    return Size(objects, total, is_whole)


def _is_to_come(subject: Subject, channel: Channel) -> bool:
    return any(uri.startswith(channel.uri) for uri in subject.upload_uris)


def _instances(part: Json) -> int:
    return max(1, min((sum(fleet.instances.values()) for fleet in fleets(part)), default=1))


def _volume(part: Json, copied: float, *, is_whole: bool) -> Iterator[Check]:
    """`volume`, against the smallest one that a training job may get."""
    bounded = [
        fleet.volume_gb
        for fleet in fleets(part)
        if fleet.volume_gb and not all(kind.startswith(_OWN_STORAGE) for kind in fleet.instances)
    ]
    if not bounded:
        return
    room, more = min(bounded), "" if is_whole else "more than "
    title = f"volume {part['DefinitionName']}" if "DefinitionName" in part else "volume"
    said = f"{more}{in_gb(copied)} of data are copied to {room} GB"
    fix = shell("--set", f"compute.volume_gb={int(copied / GB * 1.5) + 1}")
    if copied > room * GB:
        yield Check(title, "failed", f"{said}: they do not fit", fix)
    elif copied > room * GB * _NEARLY_FULL or not is_whole:
        yield Check(title, "warning", f"{said}: there is little room for checkpoints and models", fix)
    else:
        yield Check(title, "ok", said)


def in_gb(size: float) -> str:
    """Bytes in words, as `1.5 GB` of 1024^3 bytes."""
    for unit, words in ((GB, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {words}"
    return f"{size:.0f} bytes"
