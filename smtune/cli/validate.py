"""smtune validate SPEC...: every problem of every spec, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, specs_argument
from smtune.errors import shown


@click.command(short_help="Check specs.")
@specs_argument
@click.option(
    "--parent",
    "parents",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The description (JSON or YAML) of a tuning job that SPEC starts warm from; may be given again.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@output_option("table", "json", "sarif")
@click.pass_context
def command(ctx: click.Context, layers: tuple[Any, ...], parents: tuple[Path, ...], strict: bool, output: str) -> None:
    """Check each SPEC offline: its form, the service's rules, the algorithm's own. Data is not looked at.

    A SPEC may also be a CreateHyperParameterTuningJob request, as `smtune render` prints it. Exit code 252 when there
    is any error; warnings alone give 0.

    \b
    smtune validate spec.yaml
    smtune validate spec.yaml --parent parent.json --strict
    smtune validate *.yaml -o sarif > smtune.sarif
    """
    from smtune.validate import find_problems, read_parents, unread_parents

    described = read_parents(parents)
    found = [(each.name, find_problems(each, described)) for each in layers]
    for parent in unread_parents(layers, described) if described else ():
        click.echo(f"note: no SPEC starts warm from {shown(parent)}: its description was not compared", err=True)
    if output == "table":
        for name, problems in found:
            click.echo("\n".join(problem.describe(name) for problem in problems) or f"{name}: ok")
    else:
        from smtune.cli.text import print_json

        print_json(_as_json(found, output))
    counted = {"error", "warning"} if strict else {"error"}
    ctx.exit(252 if any(problem.severity in counted for _, problems in found for problem in problems) else 0)


def _as_json(found: list[tuple[str, Any]], output: str) -> Any:
    if output == "sarif":
        from smtune.cli.sarif import as_sarif

        return as_sarif(found)
    from smtune.cli.explain import as_dict

    return [{"file": name, "problems": [as_dict(problem, name) for problem in problems]} for name, problems in found]
