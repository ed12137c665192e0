"""Where a launch goes, as options say it: account side and reach."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import click

from smtune.cli.options import REACH, reach_options, refuse_reach

_PLACE = ("role", "bucket", "prefix", "account")


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--profile --region --endpoint-url --role --bucket --prefix`, passed on as `reach` and `place`: by setting."""

    @functools.wraps(command)
    def run(**options: Any) -> Any:
        reach = {name: options.pop(name) for name in REACH}
        place = {name: options.pop(name) for name in _PLACE if name in options}
        return command(reach=reach, place=place, **options)

    run = click.option("--prefix", metavar="KEY", help="What the keys of data, code and models begin with.")(run)
    run = click.option("--bucket", metavar="NAME", help="Where data and models go; else the account's default.")(run)
    run = click.option("--role", metavar="ARN", help="The role of the training jobs, instead of the spec's.")(run)
    return reach_options(run)


def launch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`place_options`, `--local`, `--runner` and `--skip-data-check`: passed on by name, as `reach` and as `place`."""

    @functools.wraps(command)
    def run(
        *, local: bool, runner: str | None, reach: Mapping[str, Any], place: Mapping[str, Any], **options: Any
    ) -> Any:
        said = [f"--{name}" for name, value in place.items() if value]
        if local:
            refuse_reach(reach)
        if local and said:
            message = f"--local is this machine: leave {', '.join(said)} out"
            raise click.UsageError(message, click.get_current_context())
        if runner and not local:
            raise click.UsageError("--runner is for this machine: say --local, too", click.get_current_context())
        return command(local=local, runner=runner, reach=reach, place=place, **options)

    choice = click.Choice(("process", "container"))
    run = click.option("--runner", type=choice, help="With --local: what runs the training jobs; else a process.")(run)
    checked = click.option("--skip-data-check", is_flag=True, help="Send the data without a look at it.")(run)
    return click.option("--local", is_flag=True, help="On this machine instead of AWS.")(place_options(checked))
