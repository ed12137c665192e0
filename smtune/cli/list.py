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
    from smtune.cli.text import print_json, print_table, remark
    from smtune.session import connect
    from smtune.watch import list_tuning_jobs

    jobs = list_tuning_jobs(connect("aws" if aws else "local"), most=most)
    if output == "json":
        print_json(jobs)
    elif not jobs:
        remark("no tuning jobs here (state is in SMTUNE_HOME, .smtune by default)")
    else:
        headings = ("name", "status", "strategy", "created", "completed", "running", "failed", "stopped")
        print_table(headings, ([job[name] for name in headings] for job in jobs), numbers=headings[4:])
