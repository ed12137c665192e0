"""smtune compare JOB JOB...: what the requests have otherwise, and what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, prices_of, prices_option, target_option


@click.command(short_help="Put tuning jobs side by side.")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB JOB...")
@target_option
@prices_option
@output_option("table", "json")
def command(jobs: tuple[str, ...], target: Any, price_file: Path | None, output: str) -> None:
    """Compare tuning jobs: what each asks for otherwise than the first, and the results side by side.

    Says so where the objectives cannot be compared: another metric, another direction, data from another place.

    \b
    smtune compare JOB JOB
    """
    if len(set(jobs)) < 2:
        raise click.UsageError("name two different tuning jobs", click.get_current_context())
    from smtune.cli.sessions import session_for
    from smtune.cli.text import print_json
    from smtune.results import pull
    from smtune.results.side_by_side import side_by_side

    prices = prices_of(price_file)
    trials = []
    for job in dict.fromkeys(jobs):
        with session_for(job, target) as session:
            trials.append(pull(session, job))
    found = side_by_side(trials, prices)
    if output == "json":
        print_json(found.to_dict())
    else:
        _print(found)


def _print(found: Any) -> None:
    from smtune.cli.planned import print_differences
    from smtune.cli.table import print_table

    print_table(("", *(side.name for side in found.sides)), _rows(found.sides))
    for name, changes in found.differences.items():
        click.echo("")
        print_differences(changes, found.sides[0].name, name)
    click.echo("")
    for caveat in found.caveats:
        click.echo(f"not comparable: {caveat}")
    if found.winner is not None:
        best = found.winner.best
        click.echo(f"best: {found.winner.name} ({best.metric} {best.objective:.6g}, {best.name})")


def _rows(sides: Any) -> list[tuple[Any, ...]]:
    from smtune.cli.text import duration
    from smtune.estimate.money import in_words

    costs = ["unknown" if side.cost is None else in_words(side.cost, side.currency) for side in sides]
    rows = [
        ("status", *(side.status for side in sides)),
        ("objective", *(f"{side.metric}, {'maximized' if side.is_maximized else 'minimized'}" for side in sides)),
        ("best", *(side.best and side.best.objective for side in sides)),
        ("training jobs", *(f"{side.completed} of {side.jobs} completed" for side in sides)),
        ("time", *(duration(side.seconds) for side in sides)),
        ("billable", *(duration(side.billable_seconds) for side in sides)),
        ("cost", *costs),
    ]
    names = dict.fromkeys(name for side in sides if side.best for name in side.best.hyperparameters)
    return rows + [
        (f"best {name}", *(side.best.hyperparameters.get(name) if side.best else None for side in sides))
        for name in names
    ]
