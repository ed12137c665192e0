"""smtune init [TEMPLATE] [DIR]: a spec with its data, to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Start from a template.")
@click.argument("template", default="quickstart")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="List the templates and stop.")
def command(template: str, directory: Path | None, only_list: bool) -> None:
    """Copy TEMPLATE (default: quickstart) into DIRECTORY (default: one of its name).

    Nothing that is there already is overwritten.

    \b
    smtune init
    smtune init scikit-learn my-regression
    """
    from smtune.scaffold import copy_template, list_templates

    if only_list:
        from smtune.cli.text import print_pairs

        print_pairs(list_templates())
        return
    target = directory or Path(template)
    copy_template(template, target)
    click.echo(f"{target / 'spec.yaml'}")
    click.echo(f"next: smtune run {target / 'spec.yaml'} --local", err=True)
