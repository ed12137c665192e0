"""smtune logs TRAINING_JOB: what it printed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from smtune.cli.options import Target, target_option


@click.command(short_help="A training job's log.")
@click.argument("training_job")
@target_option
@click.option("--timestamps", is_flag=True, help="Begin each line with its time (UTC).")
def command(training_job: str, target: Target | None, timestamps: bool) -> None:
    """Print the log of TRAINING_JOB so far, as it was written.

    \b
    smtune logs TRAINING_JOB --timestamps
    """
    from smtune.cli.sessions import session_for
    from smtune.logs import log_lines

    with session_for(training_job, target) as session:
        _require(session, training_job)
        lines = log_lines(session, training_job)
    for time, line in lines:
        stamp = f"{dt.datetime.fromtimestamp(time, tz=dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z "
        click.echo(f"{stamp if timestamps else ''}{line}")


def _require(session: Any, training_job: str) -> None:
    """Refuse a name without a training job: its log would only be empty."""
    from smtune.errors import ServiceError, UsageError
    from smtune.progress import look
    from smtune.service import translated

    try:
        with translated():
            session.client("sagemaker").describe_training_job(TrainingJobName=training_job)
    except ServiceError as unknown:
        try:
            look(session, training_job)
        except ServiceError:
            raise unknown from None
        message = f"{training_job} is a tuning job; name one of its training jobs: smtune results {training_job}"
        raise UsageError(message) from None
