"""smtune launch SPEC|PLAN: the tuning job that it describes, exactly once."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.durations import DURATION
from smtune.cli.group import END_CODES
from smtune.cli.options import output_option, spec_argument
from smtune.cli.places import launch_options

_LONGEST = 30 * 86_400.0  # as the service's own limit


@click.command(short_help="Start the tuning job, exactly once.")
@spec_argument
@launch_options
@click.option("--new", is_flag=True, help="Another job, even if this very one has been launched before.")
@click.option("--wait", is_flag=True, help="Stay until it has ended; the exit code says how.")
@click.option("--timeout", type=DURATION, help="With --wait: how long at most, as 90, 30m or 2h; then exit code 4.")
@output_option("table", "json")
def command(layers: Any, output: str, **options: Any) -> int:
    """Upload what SPEC names and create its tuning job, unless that has been done before.

    The job's name stands for its request and its data: launching the same again finds the job, on any machine.
    Interrupted anywhere, run it again. SPEC may be a plan that `smtune plan --out` wrote: exactly that is launched.
    Prints the job; the exit code is 1 for one that failed and 3 for one that was stopped.

    \b
    smtune launch spec.yaml
    smtune launch plan.json --wait --timeout 4h -o json
    smtune launch spec.yaml --new
    """
    if options["timeout"] is not None and not options["wait"]:
        raise click.UsageError("--timeout needs --wait", click.get_current_context())
    from smtune.cli.launched import finish, print_launched, start

    session, launched = start(layers, options)
    if not options["wait"]:
        print_launched(session, launched, output)
        return END_CODES.get(launched.status, 0)
    return finish(session, launched, _LONGEST if options["timeout"] is None else options["timeout"], output)
