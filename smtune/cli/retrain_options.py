"""The options of commands that train training jobs once more: how many at once, whether to start, wait, or stop."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import click

from smtune.cli.durations import DURATION
from smtune.cli.options import is_given, prices_option

Command = TypeVar("Command", bound=Callable[..., Any])


def retrain_options(what: str) -> Callable[[Command], Command]:
    """`--parallel`, `--dry-run`, `--yes`, `--wait`, `--timeout`, `--stop` and `--prices`; `what` is trained."""
    found: tuple[Callable[[Any], Any], ...] = (
        click.option("--parallel", type=click.IntRange(1), help="Training jobs at once; else as many as in JOB."),
        click.option("--dry-run", is_flag=True, help="Print what would be trained, its time and cost; start nothing."),
        click.option("--yes", is_flag=True, help="Do not ask before money is spent."),
        click.option("--wait/--no-wait", default=True, show_default=True, help=f"Stay until all {what} are over."),
        click.option("--timeout", type=DURATION, help="How long to stay, as 90, 30m or 2h; then exit code 4."),
        click.option("--stop", is_flag=True, help=f"Stop the {what} that run, and start none."),
        prices_option,
    )

    def decorate(command: Command) -> Command:
        for option in reversed(found):
            command = option(command)
        return command

    return decorate


def refuse_contradictions(ctx: click.Context, options: Mapping[str, Any], what: str, others: Collection[str]) -> None:
    """Raise UsageError for a timeout without a wait, and for `--stop` (of `what`) with anything else."""
    if options["timeout"] is not None and not options["wait"]:
        raise click.UsageError("--timeout is for a wait: leave it or --no-wait out", ctx)
    if options["stop"] and any(is_given(name) for name in (*others, "dry_run", "yes", "parallel", "timeout")):
        raise click.UsageError(f"--stop stops every {what}: it goes with no other option", ctx)
