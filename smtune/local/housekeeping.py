"""What the engine keeps on this machine, and what of it nobody needs any more: planned first, removed afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smtune.files import DRAFT
from smtune.local.lock import has_worker
from smtune.local.objects import ObjectKeyError, object_path, parse_uri
from smtune.local.planning import CHANNELS
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.settings import DELETED, Settings
from smtune.local.store import Store

Kind = Literal["deleted", "failed", "draft", "old"]
_DRAFT_SECONDS = 86_400.0
"""A file that is still being written is younger."""


@dataclass(frozen=True)
class Kept:
    """What there is."""

    home: Path
    tuning_jobs: dict[str, int]
    """By status; deleted ones as `Deleted`."""
    training_jobs: int
    workers: tuple[str, ...]
    """The tuning jobs that a process runs now."""
    unattended: tuple[str, ...]
    """Those that have not ended, and that nobody runs: the next look at them goes on."""
    sizes: dict[str, int]
    """Bytes of the database, of the jobs' folders, and of the objects."""


@dataclass(frozen=True)
class Waste:
    """Something to be removed."""

    kind: Kind
    name: str
    size: int
    """Bytes on the disk."""
    paths: tuple[Path, ...]
    forgets: str | None = None
    """The tuning job whose records go, too."""


def survey(settings: Settings) -> Kept:
    """Look at everything."""
    store = Store(settings.database)
    known = store.all_tuning_jobs()
    jobs = [job for job in known if job.alone is None]
    counts = Counter("Deleted" if DELETED in job.name else job.status for job in jobs)
    unfinished = [job.name for job in known if job.ended is None]
    held = [name for name in unfinished if has_worker(settings, name)]
    sizes = {
        "database": sum(_size(file) for file in settings.home.glob(f"{settings.database.name}*")),
        "jobs": _size(settings.home / "jobs"),
        "objects": _size(settings.objects),
    }
    trainings = sum(len(store.entries(job.name)) for job in jobs)
    rest = tuple(name for name in unfinished if name not in held)
    return Kept(settings.home, dict(counts), trainings, tuple(held), rest, sizes)


def find_waste(settings: Settings, now: float, older_than: float | None = None) -> tuple[Waste, ...]:
    """What may go: never anything of a tuning job that has not ended.

    Training jobs of deleted tuning jobs, the /opt/ml of failed training jobs, drafts that a kill left behind; and with
    `older_than` (seconds) whole tuning jobs that ended longer ago, their logs and models with them.
    """
    store = Store(settings.database)
    found: list[Waste] = []
    for job in store.all_tuning_jobs():
        if job.ended is None:
            continue
        trainings = store.training_jobs(job.name)
        if older_than is not None and now - job.ended > older_than:
            found.append(_whole("old", settings, job, trainings))
        elif DELETED in job.name and job.alone is None:
            found.append(_whole("deleted", settings, job, trainings))
        else:
            found += _rooms(settings, job, trainings)
    return (*found, *_drafts(settings, now))


def remove(settings: Settings, waste: Iterable[Waste]) -> tuple[Path, ...]:
    """Remove it; what of it is gone already is no error. Returns what could not be removed."""
    store, left = Store(settings.database), list[Path]()
    for each in waste:
        if each.forgets is not None:  # first: records without files are worse than files without records
            store.forget_tuning_job(each.forgets)
        for path in each.paths:
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
            left += [path] if os.path.lexists(path) else []
    with suppress(sqlite3.OperationalError):  # somebody is writing to it: its space comes back the next time
        store.compact()
    return tuple(left)


def _whole(kind: Kind, settings: Settings, job: TuningJob, trainings: Iterable[TrainingJob]) -> Waste:
    paths = [path for training in trainings for path in _of_training(settings, job, training)]
    name = job.alone or job.name.partition(DELETED)[0]
    return Waste(kind, name, sum(map(_size, paths)), tuple(paths), job.name)


def _of_training(settings: Settings, job: TuningJob, training: TrainingJob) -> Iterator[Path]:
    """Its folder, and its artifacts where they are on this machine."""
    yield settings.training_folder(job.name, training.name)
    with suppress(ObjectKeyError):
        bucket, key = parse_uri(job.definition_of(training).body["OutputDataConfig"]["S3OutputPath"])
        place = object_path(settings.objects, bucket, f"{key.rstrip('/')}/{training.name}")
        if job.s3_endpoint is None and place.is_dir():
            yield place


def _rooms(settings: Settings, job: TuningJob, trainings: Iterable[TrainingJob]) -> Iterator[Waste]:
    """What was left standing of failed training jobs; their logs stay."""
    for training in trainings:
        folder = settings.training_folder(job.name, training.name)
        paths = tuple(path for path in (folder / "ml", folder / CHANNELS) if path.exists())
        if training.status == "Failed" and paths:
            yield Waste("failed", training.name, sum(map(_size, paths)), paths)


def _drafts(settings: Settings, now: float) -> Iterator[Waste]:
    for path in settings.home.rglob(f"{DRAFT}*") if settings.home.is_dir() else ():
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > _DRAFT_SECONDS:
                yield Waste("draft", path.relative_to(settings.home).as_posix(), _size(path), (path,))


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if not path.is_dir() or path.is_symlink():
        return path.lstat().st_size if path.exists() else 0
    total = 0
    for file in path.rglob("*"):
        with suppress(FileNotFoundError):
            total += 0 if file.is_dir() else file.lstat().st_size
    return total
