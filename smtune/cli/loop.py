"""smtune loop SPEC: tune, diagnose, apply, repeat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from smtune.cli.group import END_CODES
from smtune.cli.options import output_option, spec_argument
from smtune.cli.places import launch_options


@click.command(short_help="Tune, diagnose, apply, repeat.")
@spec_argument
@launch_options
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True, help="Tuning jobs at most.")
@click.option("--budget", metavar="MONEY", help="What all rounds may cost together, as in 20 USD; AWS only.")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, layers: Any, rounds: int, budget: str | None, output: str, **options: Any) -> None:
    """Tune SPEC, diagnose its best model, apply the first suggestion, and tune again.

    The loop ends when no gap is left that is worth a remedy, when no spec can say what is left to do, or when rounds or
    budget are used. A round that is no better is taken back. Each next spec is written beside SPEC, with the reason for
    every change. Cut off, the same command goes on where it was: a tuning job is never launched twice. Exit code 0, or
    that of the tuning job that the loop ended with: 1 if it failed, 3 if it was stopped.

    \b
    smtune loop spec.yaml --local --rounds 3
    smtune loop spec.yaml --rounds 5 --budget "40 USD"
    """
    from smtune.cli.looped import tell_end, tell_round
    from smtune.cli.text import print_json

    found = []
    for each in _rounds(layers, rounds, _money(ctx, budget, options), options):
        found.append(each)
        tell_round(each, layers.files[0])
    if output == "json":
        print_json({"schema_version": 1, "rounds": [each.to_dict() for each in found]})
    else:
        tell_end(found)
    ctx.exit(END_CODES[found[-1].progress.status])


def _rounds(layers: Any, rounds: int, budget: Any, options: Mapping[str, Any]) -> Any:
    from smtune.cli.launched import circumstances_of, reach
    from smtune.cli.looped import wait
    from smtune.cli.uploading import showing
    from smtune.errors import SpecError
    from smtune.loop import LoopOptions, run_rounds
    from smtune.spec import load_document
    from smtune.validate import check_file

    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)
    session = reach(options)
    loaded = load_document(layers)
    with showing() as report:
        how = LoopOptions(rounds, budget, circumstances_of(session, options, report), wait)
        try:
            yield from run_rounds(session, loaded.spec, Path(layers.folder), how)
        except SpecError as error:
            raise loaded.placed(error) from None


def _money(ctx: click.Context, text: str | None, options: Mapping[str, Any]) -> Any:
    if text is None:
        return None
    if options["local"]:
        raise click.UsageError("--budget: nothing costs money on this machine; leave it out, or --local", ctx)
    from smtune.errors import SpecError
    from smtune.estimate import parse_budget

    try:
        budget = parse_budget(text)
    except SpecError:
        budget = None
    if budget is None or budget.currency != "USD":  # that of the shipped prices
        raise click.UsageError(f"--budget is {text!r}; write it as '20 USD'", ctx)
    return budget
