"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Target = Literal["aws", "local"]


def output_option(*choices: str) -> Callable[[Command], Command]:
    """`-o FORMAT`; the first choice is the default. Errors of a command under `-o json` are JSON too."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="What is printed on stdout.",
    )


def target_option(command: Command) -> Command:
    """`--local` and `--aws`; without either, a job that ran here is this machine's and any other is AWS's."""
    command = click.option(
        "--aws", "target", flag_value="aws", help="The job is on AWS, even if one of its name ran here."
    )(command)
    return click.option("--local", "target", flag_value="local", default=None, help="The job is on this machine.")(
        command
    )
