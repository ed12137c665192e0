"""smtune init [TEMPLATE] [DIR]: a spec with its data, to start from."""

from __future__ import annotations

import shlex
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from smtune.cli.options import is_given, output_option


@click.command(short_help="Start from a template.")
@click.argument("template", default="quickstart")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="List the templates and stop.")
@output_option("table", "json")
def command(template: str, directory: Path | None, only_list: bool, output: str) -> None:
    """Copy TEMPLATE (default: quickstart) into DIRECTORY (default: one of its name).

    Beside the spec stands smtune.schema.json: editors complete and check with it, offline. Nothing that is there
    already is overwritten.

    \b
    smtune init
    smtune init --list
    smtune init scikit-learn my-regression
    """
    if only_list and is_given("template"):
        raise click.UsageError("--list shows all templates: leave TEMPLATE out", click.get_current_context())
    if only_list:
        _list(output)
        return
    from smtune.scaffold import copy_template

    copy = copy_template(template, directory or Path(template))
    if output == "json":
        from smtune.cli.text import print_json

        print_json({**_as_dict(copy.template), "spec": copy.spec, "files": copy.files, "replace": copy.placeholders})
    else:
        click.echo(f"{copy.spec}")
    if copy.has_other_schema:
        click.echo("the smtune.schema.json that was there stays; `smtune schema` prints this version's", err=True)
    click.echo(_next(copy), err=True)


def _list(output: str) -> None:
    from smtune.scaffold import list_templates

    found = list_templates().values()
    if output == "json":
        from smtune.cli.text import print_json

        print_json([_as_dict(each) for each in found])
        return
    width = max(len(each.name) for each in found)
    for group, members in groupby(found, key=lambda each: each.group):
        click.echo(group)
        for each in members:
            click.echo(f"  {each.name:<{width}}  {'here' if each.command else 'AWS':<4}  {each.about}")
    click.echo("\nhere: runs on this machine. AWS: needs an account. Copy one: smtune init TEMPLATE", err=True)


def _as_dict(template: Any) -> dict[str, Any]:
    about = {"template": template.name, "group": template.group, "about": template.about}
    return {**about, "local": template.command is not None}


def _next(copy: Any) -> str:
    """What to do with the copy, in one line."""
    spec = shlex.quote(str(copy.spec))
    if copy.template.command and not copy.placeholders:
        return f"next{copy.template.condition}: {copy.template.command.replace('spec.yaml', spec)}"
    lines = ("lines " if len(copy.placeholders) > 1 else "line ") + ", ".join(map(str, copy.placeholders))
    return f"next: write your own for every REPLACE-ME in {spec} ({lines}), then: smtune plan {spec}"
