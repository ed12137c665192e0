"""The archives that were imported: `archives` in SMTUNE_HOME, a folder a tuning job. To look at them loads little."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smtune.archive.manifest import BROKEN, FILE, TRAINING_JOBS, TUNING_JOB
from smtune.local.settings import Settings
from smtune.progress.listing import Chosen, as_row


def archives_folder(settings: Settings) -> Path:
    """Where they are, if there are any."""
    return settings.home / "archives"


def find_archive(job: str, settings: Settings) -> Path | None:
    """The imported archive that has a tuning or training job of this name; None where none has."""
    for folder in _imported(settings):
        if folder.name.lower() == job.lower() or (job.startswith(folder.name) and job in _training_jobs(folder)):
            return folder
    return None


def list_archived(settings: Settings, chosen: Chosen) -> list[dict[str, Any]]:
    """Their tuning jobs, as `smtune.progress.list_tuning_jobs` lists others; without those that are damaged."""
    found = []
    for folder in _imported(settings):
        try:
            description = json.loads((folder / TUNING_JOB).read_bytes())
            times = {name: _time(description[name]) for name in description if name.endswith("Time")}
            job = description | times | {"Strategy": description["HyperParameterTuningJobConfig"]["Strategy"]}
            found += [as_row(job)] if chosen.wants(job) else []
        except BROKEN:
            continue  # a damaged archive must not keep other jobs from being listed
    return found


def _imported(settings: Settings) -> Iterator[Path]:
    folder = archives_folder(settings)
    yield from (each for each in sorted(folder.iterdir()) if (each / FILE).is_file()) if folder.is_dir() else ()


def _training_jobs(folder: Path) -> set[str]:
    try:
        records = json.loads((folder / TRAINING_JOBS).read_bytes())
        return {str(record["job"]["TrainingJobName"]) for record in records}
    except BROKEN:
        return set()  # a damaged archive must not keep other jobs from being found


def _time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
