"""smtune delete JOB."""

from __future__ import annotations

import sys

import click

from smtune.cli.durations import DURATION
from smtune.cli.options import target_option
from smtune.where import Where

_STAYS = "its training jobs, their logs, metrics and models stay (on AWS: in S3 and CloudWatch)"


@click.command(short_help="Delete a tuning job's record.")
@click.argument("job")
@target_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--stop", "is_to_stop", is_flag=True, help="Stop it first if it runs, and wait for its end.")
@click.option("--timeout", type=DURATION, default="1h", show_default=True, help="For all of it; then exit code 4.")
@click.pass_context
def command(ctx: click.Context, job: str, target: Where, yes: bool, is_to_stop: bool, timeout: float) -> None:
    """Delete the record of JOB, so that it is no longer listed. Models, metrics and training jobs are not deleted.

    A job that runs is refused, unless --stop is given. A deleted job cannot be resumed, refined or started from.

    \b
    smtune delete JOB --yes
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.control import DeleteOptions, delete
    from smtune.patience import Terms
    from smtune.session import renewed

    if not yes and not _agrees(ctx, job):
        remark("nothing was deleted")
        ctx.exit(130)
    with session_for(job, target) as session:
        terms = Terms(renew=lambda: renewed(session), tell=remark)
        delete(session, job, DeleteOptions(stop=is_to_stop, timeout=timeout, terms=terms))
    remark(f"{job} is deleted; {_STAYS}")


def _agrees(ctx: click.Context, job: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("nobody is here to ask: add --yes to delete the job's record", ctx)
    return click.confirm(f"Delete the record of {job}? {_STAYS[0].upper()}{_STAYS[1:]}.", err=True)
