"""smtune logs TRAINING_JOB: what it printed."""

from __future__ import annotations

import datetime as dt

import click

from smtune.cli.options import target_option


@click.command(short_help="A training job's log.")
@click.argument("training_job")
@target_option
@click.option("--timestamps", is_flag=True, help="Begin each line with its time (UTC).")
def command(training_job: str, target: str | None, timestamps: bool) -> None:
    """Print the log of TRAINING_JOB so far, as it was written.

    \b
    smtune logs TRAINING_JOB --timestamps
    """
    from smtune.results import log_lines
    from smtune.session import find_session

    session = find_session(training_job, target)  # type: ignore[arg-type]
    session.client("sagemaker")  # an unknown name is refused below, with the service's own words
    for time, line in log_lines(session, training_job):
        stamp = f"{dt.datetime.fromtimestamp(time, tz=dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z "
        click.echo(f"{stamp if timestamps else ''}{line}")
