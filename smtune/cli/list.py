"""smtune list: the tuning jobs there are."""

from __future__ import annotations

import click

from smtune.cli.options import output_option


@click.command(short_help="List tuning jobs.")
@click.option("--aws", is_flag=True, help="The account's jobs instead of this machine's.")
@click.option("--max", "most", default=50, show_default=True, type=click.IntRange(1), help="How many at most.")
@output_option("table", "json")
def command(aws: bool, most: int, output: str) -> None:
    """List tuning jobs of this machine, newest first.

    \b
    smtune list
    """
    from smtune.cli.table import print_table
    from smtune.cli.text import print_json, remark
    from smtune.local.settings import Settings
    from smtune.progress import list_tuning_jobs
    from smtune.session import connect

    jobs = list_tuning_jobs(connect("aws" if aws else "local"), most=most)
    if output == "json":
        print_json(jobs)
    elif jobs:
        headings = ("name", "status", "strategy", "created", "completed", "running", "failed", "stopped")
        print_table(headings, ([job[name] for name in headings] for job in jobs), numbers=headings[4:])
    elif aws:
        remark("no tuning jobs in this account and region")
    else:
        remark(
            f"no tuning jobs here (SMTUNE_HOME={Settings.from_environment().home}); start one: smtune run SPEC --local"
        )
