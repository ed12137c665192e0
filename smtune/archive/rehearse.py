"""Whether an archive's files say what an archive's files say: a hash proves only that nobody changed them since."""

from __future__ import annotations

from pathlib import Path

from smtune.archive.answers import ArchivedJob
from smtune.archive.logs import ArchivedLogs
from smtune.archive.manifest import BROKEN, Manifest, unusable
from smtune.archive.points import ArchivedCurves
from smtune.results.space import algorithms
from smtune.results.table import tabulate


def rehearse(folder: Path, manifest: Manifest) -> None:
    """Read everything once, as a command would; raises SpecError where that is not the tuning job of the manifest."""
    try:
        job = ArchivedJob(folder)
        said = (job.description["HyperParameterTuningJobName"], job.arn)
        algorithms(job.description)
        tabulate(job.description, list(job.records.values()))
        ArchivedCurves(folder).read()
        ArchivedLogs(folder).read()
    except BROKEN as error:
        raise unusable(folder, f"its files are not those of a tuning job: {error!r}") from None
    if said != (manifest.tuning_job, manifest.arn):
        raise unusable(folder, f"it is of {said[0]} ({said[1]}), not of {manifest.tuning_job} ({manifest.arn})")
