"""smtune plan SPEC: what a launch would do, take and cost; nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, spec_argument

_FILE = click.Path(path_type=Path)


@click.command(short_help="Say what a launch would do, take and cost.")
@spec_argument
@click.option("--region", default="us-east-1", show_default=True, help="Where it would run: images and prices.")
@click.option("--account", default="000000000000", show_default=True, help="Whose bucket and role to name.")
@click.option("--role", metavar="ARN", help="The role of the training jobs, if the spec names none.")
@click.option("--bucket", help="Where data and models go, instead of the account's default bucket.")
@click.option("--job-minutes", metavar="LOW:LIKELY:HIGH", help="What one training job takes, as 2:5:20.")
@click.option("--prices", "price_file", type=_FILE, metavar="FILE", help="Prices instead of the shipped ones.")
@click.option("--out", type=_FILE, metavar="FILE", help="Write the whole plan to FILE as well, under a hash.")
@click.option(
    "--against", type=_FILE, metavar="FILE", help="Print what differs from FILE: a spec, a request or a plan."
)
@click.option("--exit-code", is_flag=True, help="With --against: exit with 1 where the two differ.")
@output_option("table", "json")
def command(layers: Any, output: str, **options: Any) -> int:
    """Say what a launch of SPEC would do: the request, training jobs, time, cost and uploads.

    No account and no network; nothing is uploaded. Cost is an estimate on said assumptions, but for `max`, which is
    what the request's own limits allow.

    \b
    smtune plan spec.yaml
    smtune plan spec.yaml --job-minutes 2:5:20 --region eu-west-1
    smtune plan spec.yaml --out plan.json
    smtune plan spec.yaml --against plan.json --exit-code
    """
    if options["exit_code"] and options["against"] is None:
        raise click.UsageError("--exit-code needs --against FILE", click.get_current_context())
    from smtune.compare import differences
    from smtune.draft import read_other
    from smtune.estimate import load_prices
    from smtune.plan.document import write_plan
    from smtune.request import Site
    from smtune.rules.secrets import secret_values

    site = Site(options["region"], options["account"], options["role"], options["bucket"])
    prices = load_prices(options["price_file"]) if options["price_file"] else load_prices()
    document = _draft(layers, site, prices, options["job_minutes"])
    if options["out"] is not None:
        write_plan(document, options["out"])
    if options["against"] is None:
        _print_plan(document, output)
        return 0
    other = read_other(options["against"], site, prices)
    hidden = (*secret_values(other), *secret_values(document.request))
    found = [_discreet(item, hidden) for item in differences(other, document.request)]
    _print_differences(found, str(options["against"]), document.source, output)
    return 1 if found and options["exit_code"] else 0


def _print_plan(document: Any, output: str) -> None:
    if output == "json":
        from smtune.cli.text import print_json

        print_json(document.to_dict())
    else:
        from smtune.cli.planned import print_plan

        print_plan(document)


def _discreet(item: Any, hidden: tuple[str, ...]) -> Any:
    """A difference without the values of secrets."""
    import dataclasses

    from smtune.rules.secrets import hide

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shown(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shown(inner) for inner in value]
        return hide(value, hidden) if isinstance(value, str) else value

    return dataclasses.replace(item, before=shown(item.before), after=shown(item.after))


def _print_differences(found: Any, before: str, after: str, output: str) -> None:
    if output == "json":
        from smtune.cli.text import print_json

        print_json({"same": not found, "differences": [item.to_dict() for item in found]})
    else:
        from smtune.cli.planned import print_differences

        print_differences(found, before, after)


def _draft(layers: Any, site: Any, prices: Any, minutes: str | None) -> Any:
    from smtune.draft import draft
    from smtune.errors import SpecError
    from smtune.estimate import parse_minutes
    from smtune.validate import check_file

    assumed = parse_minutes(minutes) if minutes is not None else None
    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)
    return draft(layers, site, prices, assumed)
