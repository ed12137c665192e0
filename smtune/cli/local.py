"""smtune local: what the local engine keeps, and what of it may go."""

from __future__ import annotations

import click

from smtune.cli.durations import DURATION
from smtune.cli.options import output_option


@click.group(short_help="What the local engine keeps here.")
def command() -> None:
    """What the local engine keeps on this machine (SMTUNE_HOME), and what of it may go.

    \b
    smtune local status
    smtune local gc --yes
    """


@command.command("status", short_help="Jobs, workers and disk space.")
@output_option("table", "json")
def status(output: str) -> None:
    """Count tuning jobs by status, name those that run and those that nobody runs, and say what is on the disk.

    A tuning job that nobody runs (its worker was killed, say) goes on with the next `smtune describe`.
    """
    from rich.filesize import decimal

    from smtune.cli.text import print_json, print_pairs
    from smtune.local.housekeeping import survey
    from smtune.local.settings import Settings

    kept = survey(Settings.from_environment())
    if output == "json":
        print_json(
            {
                "home": str(kept.home),
                "tuning_jobs": kept.tuning_jobs,
                "training_jobs": kept.training_jobs,
                "workers": kept.workers,
                "unattended": kept.unattended,
                "bytes": kept.sizes,
            }
        )
        return
    counts = ", ".join(f"{count} {name}" for name, count in sorted(kept.tuning_jobs.items()))
    print_pairs(
        {
            "home": kept.home,
            "tuning jobs": counts or "none",
            "training jobs": kept.training_jobs,
            "run by a worker": ", ".join(kept.workers) or "none",
            "run by nobody": ", ".join(kept.unattended) or "none",
            **{name: decimal(size) for name, size in kept.sizes.items()},
        }
    )


@command.command("gc", short_help="Remove what nobody needs any more.")
@click.option("--older-than", type=DURATION, metavar="DURATION", help="Whole tuning jobs, too, that ended so long ago.")
@click.option("--yes", is_flag=True, help="Remove it; without, only say what would go.")
@output_option("table", "json")
def gc(older_than: float | None, yes: bool, output: str) -> None:
    """Remove training jobs of deleted tuning jobs, the /opt/ml of failed training jobs, and what kills left behind.

    With --older-than, tuning jobs that ended longer ago go as a whole: records, logs and models. Nothing of a tuning
    job that has not ended is touched. Without --yes nothing is removed.

    \b
    smtune local gc
    smtune local gc --older-than 30d --yes
    """
    import time

    from rich.filesize import decimal

    from smtune.cli.table import print_table
    from smtune.cli.text import print_json, remark
    from smtune.errors import SmtuneError
    from smtune.local.housekeeping import find_waste, remove
    from smtune.local.settings import Settings

    settings = Settings.from_environment()
    waste = find_waste(settings, time.time(), older_than)
    left = remove(settings, waste) if yes else ()
    if left:
        places = ", ".join(str(path) for path in left)
        message = f"{len(left)} of {len(waste)} could not be removed, and may need other rights: {places}"
        raise SmtuneError(message)
    total = sum(each.size for each in waste)
    if output == "json":
        items = [{"kind": each.kind, "name": each.name, "bytes": each.size} for each in waste]
        print_json({"removed": yes, "bytes": total, "items": items})
        return
    if waste:
        rows = [(each.kind, each.name, decimal(each.size)) for each in waste]
        print_table(("kind", "name", "size"), rows, numbers=("size",))
    verb = "removed" if yes else "to be removed with --yes"
    noun = "item" if len(waste) == 1 else "items"
    remark(f"{len(waste)} {noun}, {decimal(total)} {verb}" if waste else "nothing to remove")
