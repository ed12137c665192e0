"""What an archive's folder holds, with the hash of each file: the same for the same contents, whenever it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from smtune.errors import Problem, SpecError
from smtune.naming import is_job_name

SCHEMA_VERSION = 1
KIND = "smtune-archive"
FILE = "manifest.json"
TUNING_JOB, TRAINING_JOBS = "tuning_job.json", "training_jobs.json"
TAGS, CURVES, SPEC = "tags.json", "curves.json", "spec.yaml"
LOGS, OBJECTS = "logs", "s3"
"""Folders: a file for each training job, and what was on S3."""
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What reading a file of another shape than was written ends with."""


@dataclass(frozen=True)
class Manifest:
    """An archive's table of contents."""

    tuning_job: str
    arn: str
    files: Mapping[str, Mapping[str, Any]]
    """Path below the folder -> sha256, bytes."""
    remarks: tuple[str, ...] = field(default=(), compare=False)
    """What could not be archived, and why; not in the file."""

    def to_json(self) -> bytes:
        return to_json(
            {
                "kind": KIND,
                "schema_version": SCHEMA_VERSION,
                "tuning_job_name": self.tuning_job,
                "tuning_job_arn": self.arn,
                "files": {name: dict(facts) for name, facts in self.files.items()},
            }
        )


def to_json(value: Any) -> bytes:
    """JSON that is the same for the same value."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def take_stock(folder: Path, tuning_job: str, arn: str) -> Manifest:
    """The manifest of all files that are in `folder` now."""
    files = {path.relative_to(folder).as_posix(): _facts(path) for path in folder.rglob("*") if path.is_file()}
    return Manifest(tuning_job, arn, {name: files[name] for name in sorted(files) if name != FILE})


def verify(folder: Path) -> Manifest:
    """The manifest of an archive that is whole; raises SpecError for one that is none, or was changed."""
    manifest = _read(folder)
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    odd = [name for name, path in found.items() if path.is_symlink() or not path.is_file()]
    odd += [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() and path.is_dir()]
    extra = sorted(set(found) - set(manifest.files) - {FILE})
    missing = sorted(set(manifest.files) - set(found))
    problems = [f"{name} is no file: an archive has no links" for name in sorted(set(odd))]
    problems += [f"{name} is missing" for name in missing]
    problems += [f"{name} is not in the manifest" for name in extra if name not in odd]
    changed = [
        name
        for name, facts in manifest.files.items()
        if name in found and name not in odd and _facts(found[name]) != facts
    ]
    problems += [f"{name} was changed: its sha256 is another" for name in changed]
    if problems:
        raise unusable(folder, *problems)
    return manifest


def verify_files(folder: Path, names: Iterable[str] = (), optional: Iterable[str] = ()) -> None:
    """Raise SpecError where one of these files is not as the manifest says; the others are not read.

    What is `optional` may be neither there nor in the manifest.
    """
    said = _read(folder).files
    found = {name: _facts_if_any(folder / name) for name in (*names, *optional)}
    changed = [name for name in found if found[name] != said.get(name)]
    changed += [name for name in names if found[name] is None and name not in said]
    if changed:
        raise unusable(folder, *(f"{name} was changed: its sha256 is another" for name in changed))


def _read(folder: Path) -> Manifest:
    try:
        data = json.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        raise unusable(folder, f"there is no {FILE}: this is no archive of smtune's") from None
    except (OSError, ValueError) as error:
        raise unusable(folder, f"{FILE} cannot be read: {error}") from None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise unusable(folder, f"{FILE} is not that of an archive")
    if data.get("schema_version") != SCHEMA_VERSION:
        version = data.get("schema_version")
        raise unusable(folder, f"an archive of version {version!r}; this smtune reads version {SCHEMA_VERSION}")
    try:
        name, arn, files = str(data["tuning_job_name"]), str(data["tuning_job_arn"]), dict(data["files"])
    except (KeyError, TypeError, ValueError) as error:
        raise unusable(folder, f"{FILE} is not whole: {error!r}") from None
    astray = [path for path in files if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts]
    if astray or not is_job_name(name):
        raise unusable(folder, f"{FILE} names what cannot be: {(astray or [name])[0]!r}")
    return Manifest(name, arn, files)


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _facts_if_any(path: Path) -> dict[str, Any] | None:
    try:
        return _facts(path) if path.is_file() else None
    except OSError:
        return None  # as of a name that is too long for any file


def unusable(folder: Path, *messages: str) -> SpecError:
    """An error about the archive in `folder`."""
    fix = "import it again, or archive the tuning job again: smtune archive JOB DIR"
    return SpecError(tuple(Problem(0, 0, "", message, fix) for message in messages), source=str(folder))
