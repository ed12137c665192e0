"""A folder with an archive -> one of the archives that are known here."""

from __future__ import annotations

import shutil
from pathlib import Path

from smtune.archive.known import archives_folder
from smtune.archive.manifest import FILE, Manifest, verify
from smtune.archive.rehearse import rehearse
from smtune.errors import SpecError, UsageError
from smtune.files import folder_beside, replace_folder
from smtune.local.settings import Settings


def import_archive(folder: Path, settings: Settings) -> Manifest:
    """Verify an archive and make its tuning job known here; a later archive of the same job takes its place.

    Raises SpecError for what is no whole archive, UsageError where another job of this name is known.
    """
    manifest = verify(folder)
    target = archives_folder(settings) / manifest.tuning_job
    known = _known(target)
    if known is not None:
        if known.arn != manifest.arn:
            message = f"a job {manifest.tuning_job} of another account or region is here: remove {target} first"
            raise UsageError(message)
        if known == manifest:
            return manifest
    rehearse(folder, manifest)
    with folder_beside(target) as draft:
        for name in (*manifest.files, FILE):
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, draft / name)
        verify(draft)  # what was copied is what was looked at
        replace_folder(draft, target)
    return manifest


def _known(target: Path) -> Manifest | None:
    """The archive that is here already; None where there is none, or a damaged one, which another may replace."""
    try:
        return verify(target) if (target / FILE).is_file() else None
    except SpecError:
        return None
