"""A spec that was made from a tuning job, on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from smtune.revise import Revision


def print_revision(revision: Revision, output: str) -> None:
    """As YAML with its reasons, or as JSON."""
    if output == "json":
        from smtune.cli.text import print_json

        print_json(revision.to_dict())
    else:
        click.echo(revision.to_yaml(), nl=False)
