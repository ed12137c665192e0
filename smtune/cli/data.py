"""smtune data: split, check, compare and upload the data of a spec, and say what more of it would bring.

Each command is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

COMMANDS = {
    "split": "A table -> train, validation and test files.",
    "check": "Say whether data is what the algorithm expects.",
    "compare": "Say in which columns two sets differ.",
    "upload": "Put files or a folder on S3, once.",
    "curve": "Say what more training rows would bring.",
}


class LazyCommands(MutableMapping[str, click.Command]):
    """The group's commands by name; one is imported when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        command: click.Command = import_module(f"smtune.cli.data_{name}").command
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError(name)

    def __delitem__(self, name: str) -> None:
        raise TypeError(name)


class DataGroup(click.Group):
    """Lists its commands without importing them, in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=DataGroup, commands=LazyCommands(), short_help="Split, check, compare and upload data.")
def command() -> None:
    """Split, check, compare and upload the data of a tuning job, before anything is launched.

    \b
    smtune data upload images/ s3://my-bucket/images
    """
