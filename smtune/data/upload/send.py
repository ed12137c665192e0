"""A plan's uploads -> objects in S3: what is there already stays, what is missing is sent, by many threads at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from smtune.data.upload.copy import copy_task
from smtune.data.upload.crew import Task, carry_out
from smtune.data.upload.hashes import changed, digests
from smtune.data.upload.listing import says_its_contents, sizes_there, unfinished_uploads
from smtune.data.upload.place import Place, parse_place
from smtune.data.upload.put import send_task
from smtune.data.upload.settings import Report, Sent, UploadProgress, UploadSettings
from smtune.data.upload.storage import Item, Storage, open_storage, sha256_text
from smtune.data.upload.tally import Tally
from smtune.errors import ServiceError
from smtune.service import translated

if TYPE_CHECKING:
    from smtune.plan import Upload  # it would load the models of the spec


def send(
    session: boto3.Session,
    uploads: Sequence[Upload],
    settings: UploadSettings = UploadSettings(),  # noqa: B008  frozen
    progress: Report | None = None,
) -> Sent:
    """Do `uploads`; run again after any interruption, it sends only what is not there.

    An object stays as it is where its key holds a fingerprint and its size is the file's; without a fingerprint, where
    S3 knows the same SHA-256 of it. `Upload.sha256`, where given, is what the file must still have.

    Raises ServiceError with what is there, FileChangedError (an OSError) for a file that is written to meanwhile,
    OSError for one that cannot be read, ConfigurationError, and KeyboardInterrupt that says what is there.
    """
    with translated():
        storage = open_storage(session, settings)
    targets = [(upload, parse_place(upload.uri)) for upload in uploads]
    sizes = [upload.source.stat().st_size for upload, _ in targets]
    tally = Tally(len(targets), sum(sizes))
    with telling(tally, progress) as watch, translated():
        there = sizes_there(storage, (place for _, place in targets))
        missing = []
        for (upload, place), size in zip(targets, sizes, strict=True):
            if there.get(place) == size and (says_its_contents(place) or _is_same(storage, upload, place)):
                tally.add(files=1, size=size, kept_files=1, kept_bytes=size)
            else:
                missing.append((upload, place))
        transfer(storage, tally, _items(missing), watch)
    return tally.sent


def transfer(
    storage: Storage,
    tally: Tally,
    items: Sequence[Item],
    watch: Callable[[], None],
    origins: Mapping[Place, Place] | None = None,
) -> None:
    """Send `items`, or copy those that have an origin in S3; large ones first, as they take longest."""
    origins = origins or {}
    resumable = [item.place for item in items if _is_resumable(storage, item) and item.place not in origins]
    unfinished = unfinished_uploads(storage, resumable) if resumable else {}

    def task_of(item: Item) -> Task:
        origin = origins.get(item.place)
        if origin is not None:
            return copy_task(storage, tally, item, origin)
        return send_task(storage, tally, item, unfinished.get(item.place))

    ordered = sorted(items, key=lambda item: -item.digest.bytes)
    if ordered:
        carry_out(map(task_of, ordered), max(storage.settings.jobs, 1), watch)


def _is_resumable(storage: Storage, item: Item) -> bool:
    # An upload keeps the SHA-256 of what it was begun for. Where the key does not say the contents, that may be another
    # file's, and what is sent would be taken for that one later.
    return item.digest.bytes > storage.settings.part_size and says_its_contents(item.place)


@contextmanager
def telling(tally: Tally, progress: Report | None) -> Iterator[Callable[[], None]]:
    """Report the progress inside, at its start and at its end; what interrupts it says how far it came."""
    report = progress or _ignore
    report(tally.progress)
    try:
        yield lambda: report(tally.progress)
    except ServiceError as error:
        error.args = (f"{error}. {_again(tally)}",)
        raise
    except KeyboardInterrupt as interrupt:
        interrupt.args = (_again(tally),)
        raise
    report(tally.progress)


def _ignore(_: UploadProgress) -> None:
    pass


def _again(tally: Tally) -> str:
    return f"{tally.progress.describe()}; run it again to send the rest"


def _items(uploads: Sequence[tuple[Upload, Place]]) -> list[Item]:
    known = digests(upload.source for upload, _ in uploads)
    items = [Item(upload.source, place, known[upload.source]) for upload, place in uploads]
    for (upload, _), item in zip(uploads, items, strict=True):
        if upload.sha256 and upload.sha256 != item.digest.sha256:
            raise changed(upload.source)
    return items


def _is_same(storage: Storage, upload: Upload, place: Place) -> bool:
    """Whether the object has the file's SHA-256; False where S3 does not know."""
    try:
        answer = storage.client.head_object(
            Bucket=place.bucket, Key=place.key, ChecksumMode="ENABLED", **storage.owned()
        )
    except ClientError:
        return False
    sha256 = digests([upload.source])[upload.source].sha256
    known: tuple[str | None, str | None] = (answer.get("ChecksumSHA256"), answer.get("Metadata", {}).get("sha256"))
    return known[0] == sha256_text(sha256) or known[1] == sha256
