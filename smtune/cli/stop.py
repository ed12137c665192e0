"""smtune stop JOB."""

from __future__ import annotations

import click

from smtune.cli.options import target_option
from smtune.where import Where


@click.command(short_help="Stop a tuning job.")
@click.argument("job")
@target_option
def command(job: str, target: Where) -> None:
    """Stop JOB: nothing new starts; what runs gets SIGTERM, and SIGKILL after two minutes. Models so far are kept.

    \b
    smtune stop JOB
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.control import stop

    with session_for(job, target) as session:
        stop(session, job)
    remark(f"{job} is stopping; see: smtune describe {job}")
