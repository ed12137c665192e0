"""smtune archive JOB DIR: all of a tuning job in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="Put all of a tuning job into one folder.")
@click.argument("job")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@target_option
@click.option("--logs", is_flag=True, help="The whole log of each training job, not only the end of those that failed.")
@click.option("--models", is_flag=True, help="The model of each training job too.")
@output_option("table", "json")
def command(job: str, folder: Path, target: Any, logs: bool, models: bool, output: str) -> None:
    """Write JOB into DIR, a new folder: description, tags, spec, training jobs, learning curves, logs of what failed.

    `smtune import DIR` makes it readable anywhere, without AWS: with the spec that it was launched from, a diagnosis
    has its human level. What looks like a secret is hidden. The same job gives the same files, and a manifest has the
    hash of each.

    \b
    smtune archive JOB archives/JOB --models
    """
    from smtune.archive.write import Contents, archive_job
    from smtune.cli.sessions import session_for
    from smtune.cli.text import print_json, print_pairs, remark

    with session_for(job, target) as session:
        manifest = archive_job(session, job, folder, Contents(logs=logs, models=models))
    for sentence in manifest.remarks:
        remark(f"note: {sentence}")
    size = sum(int(facts["bytes"]) for facts in manifest.files.values())
    if output == "json":
        facts = {"tuning_job_name": manifest.tuning_job, "folder": str(folder), "bytes": size}
        print_json({**facts, "files": manifest.files, "remarks": list(manifest.remarks)})
    else:
        print_pairs(
            {"tuning job": manifest.tuning_job, "folder": str(folder), "files": len(manifest.files), "bytes": size}
        )
