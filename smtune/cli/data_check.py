"""smtune data check SPEC: is the data what the algorithm expects, and can a score on it be trusted?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import limit_option, output_option, spec_argument

if TYPE_CHECKING:
    from smtune.data.check import DataCheck


@click.command(short_help="Say whether data is what the algorithm expects.")
@spec_argument
@click.option("--label", metavar="COL", help="The column to predict, where the spec does not say it.")
@click.option("--group", metavar="COL", help="Rows of the same value belong together: none may be in two sets.")
@click.option("--time", metavar="COL", help="Each set has to be later than the one before it.")
@limit_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, layers: Any, limit: int, strict: bool, output: str, **columns: str | None) -> None:
    """Look at the data of SPEC on this machine; nothing is sent, and what is on S3 is not looked at.

    The format that the algorithm expects; labels, missing and infinite values; rows, groups and times that stand in
    several sets; and whether the sets look as if they were drawn from one pool. A table is looked at as its split
    would be. COL is a name, or a number from 0 where a file has no header. Exit code 252 when there is any error;
    warnings alone give 0.

    \b
    smtune data check spec.yaml
    smtune data check spec.yaml --group patient --strict
    smtune data check spec.yaml --limit 0 -o json
    """
    from smtune.cli.text import print_json
    from smtune.data.check import Keys, look_at_data, with_folder
    from smtune.spec import load_spec

    spec = load_spec(layers)
    found = look_at_data(spec, layers.folder, keys=Keys(**columns), limit=limit << 20)
    found = with_folder(found, Path.cwd())
    if output == "json":
        print_json({"file": layers.name, **found.as_record()})
    else:
        _print(found, layers.name)
    ctx.exit(252 if found.count("error") or (strict and found.count("warning")) else 0)


def _print(found: DataCheck, name: str) -> None:
    for finding in found.findings:
        click.echo(finding.describe())
    if found.findings:
        click.echo()
    looked = ", ".join(f"{look.channel} {look.rows:,} rows" for look in found.looks if look.rows)
    counts = {severity: found.count(severity) for severity in ("error", "warning")}
    said = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count)
    said = said or ("ok" if found.looks else "nothing to look at here")
    click.echo(f"{name}: {said}" + (f" ({looked})" if looked else ""))
