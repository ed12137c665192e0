"""smtune validate SPEC...: every problem of every spec, at once."""

from __future__ import annotations

from pathlib import Path

import click

from smtune.cli.options import output_option


@click.command(short_help="Check specs.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=click.Path(path_type=Path))
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, specs: tuple[Path, ...], output: str) -> None:
    """Check each SPEC offline: its form, the service's limits, the algorithm's own rules. Data is not looked at.

    Exit code 252 when there is any problem.

    \b
    smtune validate spec.yaml
    """
    from smtune.cli.explain import as_dict
    from smtune.cli.text import print_json
    from smtune.validate import check_file

    found = {str(spec): check_file(spec) for spec in specs}
    if output == "json":
        print_json(
            [{"file": name, "problems": [as_dict(problem) for problem in problems]} for name, problems in found.items()]
        )
    else:
        for name, problems in found.items():
            click.echo("\n".join(problem.describe(name) for problem in problems) or f"{name}: ok")
    ctx.exit(252 if any(found.values()) else 0)
