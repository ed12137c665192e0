"""smtune stop JOB."""

from __future__ import annotations

import click

from smtune.cli.durations import DURATION
from smtune.cli.options import is_given, target_option
from smtune.where import Where


@click.command(short_help="Stop a tuning job.")
@click.argument("job")
@target_option
@click.option("--wait", is_flag=True, help="Wait until it has stopped.")
@click.option(
    "--timeout", type=DURATION, default="1h", show_default=True, help="With --wait: how long; then exit code 4."
)
def command(job: str, target: Where, wait: bool, timeout: float) -> None:
    """Stop JOB: nothing new starts; what runs gets SIGTERM, and SIGKILL after two minutes. Models so far are kept.

    A job that is over already stays as it is, with exit code 0.

    \b
    smtune stop JOB --wait
    """
    if not wait and is_given("timeout"):
        raise click.UsageError("--timeout needs --wait", click.get_current_context())
    from smtune.cli.live import follow, screen
    from smtune.cli.sessions import session_for, terms_for
    from smtune.cli.text import remark
    from smtune.control import stop
    from smtune.progress import Watching, watch

    with session_for(job, target) as session:
        status = stop(session, job)
    if status != "Stopping":
        remark(f"{job} is over already: {status}")
    elif wait:
        with screen() as shown:
            follow(watch(session, job, Watching(timeout=timeout, terms=terms_for(session, shown.say))), shown)
    else:
        remark(f"{job} is stopping; see: smtune describe {job}")
