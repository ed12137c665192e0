"""smtune import DIR: an archived tuning job made known here."""

from __future__ import annotations

from pathlib import Path

import click

from smtune.cli.options import output_option


@click.command(short_help="Make an archived tuning job known here.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
@output_option("table", "json")
def command(folder: Path, output: str) -> None:
    """Verify the archive in DIR, every file's hash, and keep a copy in SMTUNE_HOME.

    From then on `smtune results`, `best`, `compare`, `cost`, `describe` and `logs` know its job, with no network.
    A later archive of the same job takes the place of an earlier one.

    \b
    smtune import archives/JOB
    """
    from smtune.archive.place import import_archive
    from smtune.cli.text import print_json, print_pairs
    from smtune.local.settings import Settings

    manifest = import_archive(folder, Settings.from_environment())
    if output == "json":
        print_json({"tuning_job_name": manifest.tuning_job, "tuning_job_arn": manifest.arn})
    else:
        print_pairs({"tuning job": manifest.tuning_job, "see": f"smtune results {manifest.tuning_job}"})
