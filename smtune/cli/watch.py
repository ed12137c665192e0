"""smtune watch JOB: what it does now, to its end."""

from __future__ import annotations

from contextlib import ExitStack

import click

from smtune.cli.durations import DURATION
from smtune.cli.group import END_CODES
from smtune.cli.options import target_option
from smtune.where import Where


@click.command(short_help="Watch a tuning job to its end.")
@click.argument("job")
@target_option
@click.option("--timeout", type=DURATION, default="30d", show_default=True, help="As 600, 10m or 2h; then exit code 4.")
@click.option("--interval", type=DURATION, help="Between two looks; without it, as fits the job.")
@click.pass_context
def command(ctx: click.Context, job: str, target: Where, timeout: float, interval: float | None) -> None:
    """Show JOB until it ends: training jobs that run, ended last and failed, the best so far, the time left.

    Ctrl-C leaves the job running and says how to come back. Exit code 0 if it completed, 1 if it failed, 3 if it was
    stopped, 4 if the time was up.

    \b
    smtune watch JOB
    """
    from smtune.cli.live import going_on, screen
    from smtune.cli.sessions import session_for, terms_for
    from smtune.cli.text import remark
    from smtune.progress import Watching, watch

    try:
        with ExitStack() as settled, screen() as shown:
            session = settled.enter_context(session_for(job, target))
            terms = terms_for(session, shown.say)
            for progress in watch(session, job, Watching(interval, timeout, recent=True, terms=terms)):
                settled.close()  # the job is found: what goes wrong from here on is not about where it is
                shown.show(progress)
    except KeyboardInterrupt:
        remark(going_on(job, back=f"smtune watch {job}"))
        ctx.exit(130)
    if progress.status == "Failed":
        remark(f"why: smtune why {job}")
    ctx.exit(END_CODES[progress.status])
