"""smtune plan SPEC: what a launch would do, take and cost; nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, prices_option, spec_argument
from smtune.cli.places import place_options

_FILE = click.Path(path_type=Path)


@click.command(short_help="Say what a launch would do, take and cost.")
@spec_argument
@place_options
@click.option("--account", metavar="ID", help="Whose bucket and role to name; with --online AWS says it.")
@click.option("--online", is_flag=True, help="Ask AWS as well: quotas, role, bucket, keys, image, data.")
@click.option("--job-minutes", metavar="LOW:LIKELY:HIGH", help="What one training job takes, as 2:5:20.")
@prices_option
@click.option("--out", type=_FILE, metavar="FILE", help="Write the whole plan to FILE as well, under a hash.")
@click.option(
    "--against", metavar="FILE|JOB", help="Print what differs from a spec, a request, a plan, or a tuning job."
)
@click.option("--exit-code", is_flag=True, help="With --against: exit with 1 where the two differ.")
@output_option("table", "json")
def command(layers: Any, output: str, **options: Any) -> int:
    """Say what a launch of SPEC would do: the request, training jobs, time, cost and uploads.

    Without --online and --against JOB: no account and no network. Nothing is uploaded either way. Cost is an estimate
    on said assumptions, but for `max`, which is what the request's own limits allow. With --online the exit code is 1
    where something would keep the job from running.

    \b
    smtune plan spec.yaml
    smtune plan spec.yaml --job-minutes 2:5:20 --region eu-west-1
    smtune plan spec.yaml --online --out plan.json
    smtune plan spec.yaml --against plan.json --exit-code
    """
    if options["exit_code"] and options["against"] is None:
        raise click.UsageError("--exit-code needs --against", click.get_current_context())
    if options["online"] and options["against"] is not None:
        raise click.UsageError("--against compares, --online checks: one at a time", click.get_current_context())
    if options["online"] and options["place"]["account"]:
        raise click.UsageError("with --online AWS says the account: leave --account out", click.get_current_context())
    from smtune.cli.drafting import compare, draft_with, print_plan

    found = draft_with(layers, options)
    if options["out"] is not None:
        from smtune.plan.document import write_plan

        write_plan(found.document, options["out"])
    if options["against"] is not None:
        differ = compare(found, options, output)
        return 1 if differ and options["exit_code"] else 0
    print_plan(found, output)
    return 1 if any(check.state == "failed" for check in found.checks) else 0
