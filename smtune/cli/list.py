"""smtune list: the tuning jobs there are."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.durations import MOMENT
from smtune.cli.options import output_option, target_option
from smtune.statuses import RUNNING, TERMINAL
from smtune.where import Where

if TYPE_CHECKING:
    from smtune.progress import Chosen


@click.command(short_help="List tuning jobs.")
@target_option
@click.option(
    "--status", type=click.Choice((*RUNNING, *TERMINAL), case_sensitive=False), help="Only those of this status."
)
@click.option("--name-contains", metavar="TEXT", help="Only those with this in their name.")
@click.option("--since", type=MOMENT, help="Only those created since: 12h, 2d, or a time in ISO 8601 (UTC).")
@click.option("--max", "most", default=50, show_default=True, type=click.IntRange(1), help="How many at most.")
@output_option("table", "json")
def command(
    target: Where, status: str | None, name_contains: str | None, since: dt.datetime | None, most: int, output: str
) -> None:
    """List tuning jobs of this machine, or with --aws (or a --profile, --region) of the account; newest first.

    What was imported (smtune import DIR) is among those of this machine, and marked as archived.

    \b
    smtune list --status InProgress
    smtune list --aws --since 2d --name-contains xgb
    """
    from smtune.cli.text import print_json, remark
    from smtune.local.settings import Settings
    from smtune.progress import Chosen, list_tuning_jobs
    from smtune.session import connect

    chosen = Chosen(status, name_contains, since)
    jobs = list_tuning_jobs(connect(target if target.means_aws else "local"), most=most, chosen=chosen)
    jobs = [{**job, "archived": False} for job in jobs]
    if not target.means_aws:
        jobs = _with_archived(jobs, chosen)[:most]
    if output == "json":
        print_json(jobs)
    elif jobs:
        from smtune.cli.table import print_table

        headings = ["name", "status", "strategy", "created", "completed", "running", "failed", "stopped"]
        marks = ["archived"] if any(job["archived"] for job in jobs) else []
        rows = ([*(job[name] for name in headings), *("yes" if job[mark] else "" for mark in marks)] for job in jobs)
        print_table(headings + marks, rows, numbers=headings[4:])
    elif chosen != Chosen():
        remark("no tuning job is like that; without the filters: smtune list")
    elif target.means_aws:
        remark("no tuning jobs in this account and region")
    else:
        home = Settings.from_environment().home
        remark(f"no tuning jobs here (SMTUNE_HOME={home}); start one: smtune run SPEC --local")


def _with_archived(jobs: list[dict[str, Any]], chosen: Chosen) -> list[dict[str, Any]]:
    """The jobs of this machine and the imported ones; of one name that is both, the one that every command finds."""
    from smtune.archive.known import list_archived
    from smtune.local.settings import Settings

    here = {job["name"].lower() for job in jobs}
    archived = list_archived(Settings.from_environment(), chosen)
    jobs = [*jobs, *({**job, "archived": True} for job in archived if job["name"].lower() not in here)]
    return sorted(jobs, key=lambda job: str(job["created"]), reverse=True)
