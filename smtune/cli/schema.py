"""smtune schema: the JSON Schema of a spec, for editors."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of a spec.")
def command() -> None:
    """Print the JSON Schema (draft 2020-12) of a spec: editors complete, explain and check with it, offline.

    `smtune init` puts it beside the spec it makes. For a spec of your own, save it there and start the spec with

    \b
    # yaml-language-server: $schema=smtune.schema.json

    \b
    smtune schema > smtune.schema.json
    """
    from smtune.cli.text import print_json
    from smtune.spec.schema import spec_schema

    print_json(spec_schema())
