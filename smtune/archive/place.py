"""Where imported archives live: `archives` in SMTUNE_HOME, a folder a tuning job."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from smtune.archive.manifest import BROKEN, FILE, Manifest, verify
from smtune.archive.rehearse import rehearse
from smtune.archive.write import TRAINING_JOBS
from smtune.errors import SpecError, UsageError
from smtune.local.settings import Settings


def import_archive(folder: Path, settings: Settings) -> Manifest:
    """Verify an archive and make its tuning job known here; a later archive of the same job takes its place.

    Raises SpecError for what is no whole archive, UsageError where another job of this name is known.
    """
    manifest = verify(folder)
    target = _archives(settings) / manifest.tuning_job
    known = _known(target)
    if known is not None:
        if known.arn != manifest.arn:
            message = f"a job {manifest.tuning_job} of another account or region is here: remove {target} first"
            raise UsageError(message)
        if known == manifest:
            return manifest
    rehearse(folder, manifest)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for name in (*manifest.files, FILE):
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, draft / name)
        verify(draft)  # what was copied is what was looked at
        draft.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        draft.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _known(target: Path) -> Manifest | None:
    """The archive that is here already; None where there is none, or a damaged one, which another may replace."""
    try:
        return verify(target) if (target / FILE).is_file() else None
    except SpecError:
        return None


def find_archive(job: str, settings: Settings) -> Path | None:
    """The imported archive that has a tuning or training job of this name; None where none has."""
    found = _archives(settings)
    for folder in sorted(found.iterdir()) if found.is_dir() else ():
        if not (folder / FILE).is_file():
            continue
        if folder.name.lower() == job.lower() or (job.startswith(folder.name) and job in _training_jobs(folder)):
            return folder
    return None


def _training_jobs(folder: Path) -> set[str]:
    try:
        records = json.loads((folder / TRAINING_JOBS).read_bytes())
        return {str(record["job"]["TrainingJobName"]) for record in records}
    except BROKEN:
        return set()  # a damaged archive must not keep other jobs from being found


def _archives(settings: Settings) -> Path:
    return settings.home / "archives"
