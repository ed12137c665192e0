"""smtune diagnose: a tuning job, a file of predictions or a few errors in; what to work on out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from smtune.cli import known_options as known
from smtune.cli.options import is_given, output_option, target_option
from smtune.diagnosis.levers import ALGORITHMS

_ARGUMENT = re.compile(
    r"\bhuman_error of\b|\b\w+_error\b|\b(?:jobs|confidence|floor)(?= is)"
    r"|(?:^|(?<=^the standard error of ))(?:train_dev|train|validation|test)(?= (?:is|has) )"
)
_NAMES = {"human_error of": "human", "baseline_error": "baseline"}
_ERRORS = ("train_error", "validation_error", "test_error", "train_dev_error")
_VALUES = ("train", "validation", "test", "train_dev")
_CSV = click.Path(dir_okay=False, path_type=Path)
_RATE = "RATE[/ROWS]"
_VALUE = "VALUE[/ROWS]"


@click.command(short_help="Bias, variance or mismatch?")
@click.argument("job", required=False)
@known.HUMAN_ERROR
@known.HUMAN
@click.option("--train-error", metavar=_RATE, help="Error on the training set.")
@click.option("--validation-error", metavar=_RATE, help="Error on the validation set.")
@click.option("--test-error", metavar=_RATE, help="Error on the test set.")
@click.option("--train-dev-error", metavar=_RATE, help="Error on rows drawn like training but not trained on.")
@click.option("--metric", metavar="NAME", help="Instead of errors: the values below are of this metric (auc, rmse).")
@click.option("--train", metavar=_VALUE, help="With --metric: on the training set.")
@click.option("--validation", metavar=_VALUE, help="With --metric: on the validation set.")
@click.option("--test", metavar=_VALUE, help="With --metric: on the test set.")
@click.option("--train-dev", metavar=_VALUE, help="With --metric: on the train-dev set.")
@known.BASELINE
@known.ROWS
@known.METRIC_NAME
@click.option("--predictions", type=_CSV, metavar="CSV", help="Predictions, a row each: set, label, prediction|score.")
@click.option("--jobs", type=int, metavar="N", help="How many training jobs validation chose the best of.")
@known.CONFIDENCE
@click.option("--floor", metavar="RATE", help="A gap up to this never matters (1%).")
@known.ONE_POOL
@click.option(
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    help="Name its hyperparameters in the remedies.",
)
@target_option
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, job: str | None, target: Any, output: str, **options: Any) -> None:
    """Say whether bias, variance or data mismatch is the problem, and what to do about it.

    Give a tuning JOB, a file of --predictions, or errors. A RATE is a fraction (0.05) or a percentage (5%); with the
    rows it was measured on (5%/1500, or 75/1500 for 75 wrong rows) chance is taken into account, and what the rows
    cannot show stays open. A VALUE may carry a standard error (3.5+-0.2), an AUC its positive and negative rows
    (0.91/300:1200).

    \b
    smtune diagnose my-job-1123-0911 --human-error 4/400
    smtune diagnose --human-error 1%/400 --train-error 5%/7000 --validation-error 6%/1500 --jobs 50
    smtune diagnose --predictions predictions.csv --metric auc --human-error 3%
    smtune diagnose --metric rmse --human-error 2 --baseline 10 --train 2.5 --validation 3.5+-0.2
    """
    from smtune.cli.diagnosed import from_errors, from_job, from_predictions, from_values

    given = known.given(options)
    if job is not None:
        _refuse(
            ctx,
            given,
            (*_ERRORS, *_VALUES, "metric", "predictions", "jobs", "algorithm", "floor"),
            "do not go with JOB",
        )
        from_job(job, target, given, output)
        return
    here = {name: True for name in ("local", "aws", "profile", "region", "endpoint_url") if is_given(name)}
    _refuse(ctx, {**given, **here}, ("rows", "metric_name", *here), "go with JOB")
    if "predictions" in given:
        _refuse(ctx, given, (*_ERRORS, *_VALUES, "floor"), "do not go with --predictions")
        from_predictions(given, output)
        return
    if "metric" in given:
        _refuse(ctx, given, (*_ERRORS, "floor"), "do not go with --metric: give --train, --validation")
        _demand(ctx, given, ("train", "validation"))
        from_values(given, output)
        return
    _refuse(ctx, given, (*_VALUES, "baseline"), "go with --metric")
    _demand(ctx, given, ("train_error", "validation_error"))
    from_errors(given, output)


def _refuse(ctx: click.Context, given: Mapping[str, Any], names: tuple[str, ...], why: str) -> None:
    found = [as_option(name) for name in names if name in given]
    if found:
        raise click.UsageError(f"{', '.join(found)}: {why}", ctx)


def _demand(ctx: click.Context, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    missing = [as_option(name) for name in names if name not in given]
    if missing:
        beside = "" if len(missing) == len(names) else " as well"
        raise click.UsageError(f"give a tuning JOB, or {' and '.join(missing)}{beside}", ctx)


def as_option(name: str) -> str:
    """The option of an argument."""
    return f"--{_NAMES.get(name, name).replace('_', '-')}"


def renamed(message: str) -> str:
    """A message about arguments as one about options."""
    return _ARGUMENT.sub(lambda found: as_option(found[0]), message)
