"""A file or folder -> a prefix in S3 named after its contents, complete once its manifest lies beside it.

s3://BUCKET/PREFIX/<fingerprint>/...              the files, never changed again
s3://BUCKET/PREFIX/manifests/<fingerprint>.json   written last: its presence means that all of them are there
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from smtune.data.upload.listing import sizes_there
from smtune.data.upload.manifest import Inventory, Manifest, read_manifest, take_inventory
from smtune.data.upload.place import Place, parse_place
from smtune.data.upload.send import telling, transfer
from smtune.data.upload.settings import Report, Sent, UploadSettings
from smtune.data.upload.storage import Item, Storage, code_of, open_storage
from smtune.data.upload.tally import Tally
from smtune.errand import Errand
from smtune.service import translated

_PAGE = 1000


@dataclass(frozen=True)
class Snapshot:
    """A tree in S3, or on its way there."""

    uri: str
    """The prefix of the files, with a slash at its end: what a channel of a spec names."""
    manifest_uri: str
    manifest: Manifest
    left_out: tuple[str, ...]
    """What the ignore rules left on this machine."""
    sent: Sent
    """What was done, or would be."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        sent = self.sent
        return {
            "uri": self.uri,
            "manifest": self.manifest_uri,
            "fingerprint": self.manifest.fingerprint,
            "files": len(self.manifest.entries),
            "bytes": self.manifest.bytes,
            "sent": {"files": sent.sent_files, "bytes": sent.sent_bytes, "resumed_bytes": sent.resumed_bytes},
            "copied": {"files": sent.copied_files, "bytes": sent.copied_bytes},
            "kept": {"files": sent.kept_files, "bytes": sent.kept_bytes},
            "left_out": list(self.left_out),
        }


def upload(
    session: boto3.Session,
    path: Path | Errand[Inventory],
    destination: str,
    settings: UploadSettings = UploadSettings(),  # noqa: B008  frozen
    progress: Report | None = None,
) -> Snapshot:
    """Put a file or folder below `destination` (an S3 URI), each content once; run again, it sends what is missing.

    An `Errand` that takes its inventory, in the place of `path`, has begun to read it already.
    Raises TreeError and UsageError for what cannot be sent, ServiceError, ConfigurationError, OSError.
    """
    job = _Job(session, path, destination, settings)
    tally = Tally(len(job.inventory.manifest.entries), job.inventory.manifest.bytes)
    with telling(tally, progress) as watch, translated():
        if job.is_complete():
            tally.add(files=len(job.places), size=job.inventory.manifest.bytes, **job.all_kept())
        else:
            missing, origins = job.look(tally)
            transfer(job.storage, tally, missing, watch, origins)
            job.write_manifest()
    return job.snapshot(tally.sent)


def foresee(
    session: boto3.Session, path: Path | Errand[Inventory], destination: str, settings: UploadSettings
) -> Snapshot:
    """What `upload` would do, without doing it: its `sent` counts files that would be sent, copied or kept.

    Raises what `upload` raises.
    """
    job = _Job(session, path, destination, settings)
    tally = Tally(len(job.inventory.manifest.entries), job.inventory.manifest.bytes)
    with translated():
        if job.is_complete():
            return job.snapshot(Sent(**job.all_kept()))
        missing, origins = job.look(tally)
    for item in missing:
        what = "copied" if item.place in origins else "sent"
        tally.add(**{f"{what}_files": 1, f"{what}_bytes": item.digest.bytes})
    return job.snapshot(tally.sent)


class _Job:
    def __init__(
        self, session: boto3.Session, path: Path | Errand[Inventory], destination: str, settings: UploadSettings
    ) -> None:
        self._base = parse_place(destination)
        taken = Errand(partial(take_inventory, path)) if isinstance(path, Path) else path
        with translated():
            self.storage: Storage = open_storage(session, settings)
        self.inventory: Inventory = taken.result()
        manifest = self.inventory.manifest
        self._fingerprint = manifest.fingerprint
        self.places = {each.name: self._place(self._fingerprint, each.name) for each in manifest.entries}
        for place in self.places.values():
            parse_place(place.uri)  # refuses a key that is too long
        self._manifests = self._place("manifests", "")
        self._manifest = self._place("manifests", f"{self._fingerprint}.json")
        self._previous: str | None = None

    def is_complete(self) -> bool:
        """Whether the manifest is there, and the first thousand files are, too: data may be deleted beside it."""
        pages = self.storage.client.get_paginator("list_objects_v2").paginate(
            Bucket=self._manifests.bucket, Prefix=self._manifests.key, **self.storage.owned()
        )
        found = {each["Key"]: each["LastModified"] for page in pages for each in page.get("Contents", ())}
        is_there = found.pop(self._manifest.key, None) is not None
        self._previous = max(found, key=lambda key: (found[key], key), default=None)
        return is_there and self._begins_as_planned()

    def _begins_as_planned(self) -> bool:
        prefix = self._place(self._fingerprint, "")
        answer = self.storage.client.list_objects_v2(Bucket=prefix.bucket, Prefix=prefix.key, **self.storage.owned())
        sizes = {each["Key"]: each["Size"] for each in answer.get("Contents", ())}
        # S3 lists by the bytes of the keys.
        entries = sorted(self.inventory.manifest.entries, key=lambda entry: entry.name.encode())
        return all(sizes.get(self.places[each.name].key) == each.bytes for each in itertools.islice(entries, _PAGE))

    def look(self, tally: Tally) -> tuple[list[Item], Mapping[Place, Place]]:
        """What is missing, and where in S3 its contents lie already."""
        there = sizes_there(self.storage, self.places.values())
        missing = []
        for name, (source, digest) in self.inventory.sources.items():
            place = self.places[name]
            if there.get(place) == digest.bytes:
                tally.add(files=1, size=digest.bytes, kept_files=1, kept_bytes=digest.bytes)
            else:
                missing.append(Item(source, place, digest))
        earlier = self._earlier() if missing else {}
        origins = {
            item.place: earlier[contents]
            for item in missing
            if (contents := (item.digest.sha256, item.digest.bytes)) in earlier and item.digest.bytes
        }
        return missing, origins

    def _earlier(self) -> dict[tuple[str, int], Place]:
        """(SHA-256, bytes) -> where it lies, by the newest manifest here."""
        if self._previous is None:
            return {}
        try:
            answer = self.storage.client.get_object(
                Bucket=self._base.bucket, Key=self._previous, **self.storage.owned()
            )
            known = read_manifest(answer["Body"].read())
        except ClientError as error:
            if code_of(error) not in {"NoSuchKey", "AccessDenied"}:
                raise
            known = None
        if known is None:
            return {}
        return {(each.sha256, each.bytes): self._place(known.fingerprint, each.name) for each in known.entries}

    def write_manifest(self) -> None:
        self.storage.client.put_object(
            Bucket=self._manifest.bucket,
            Key=self._manifest.key,
            Body=self.inventory.manifest.to_json().encode(),
            ContentType="application/json",
            **self.storage.written(),
        )

    def all_kept(self) -> dict[str, int]:
        manifest = self.inventory.manifest
        return {"kept_files": len(manifest.entries), "kept_bytes": manifest.bytes}

    def snapshot(self, sent: Sent) -> Snapshot:
        """What the job is, and did."""
        uri = self._place(self._fingerprint, "").uri
        return Snapshot(uri, self._manifest.uri, self.inventory.manifest, self.inventory.left_out, sent)

    def _place(self, part: str, name: str) -> Place:
        prefix = self._base.key.strip("/")
        return Place(self._base.bucket, f"{prefix}/{part}/{name}" if prefix else f"{part}/{name}")
