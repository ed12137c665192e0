"""smtune diagnose: four errors in, what to work on out."""

from __future__ import annotations

import json

import click

from smtune.cli.options import output_option


@click.command(short_help="Bias, variance or mismatch?")
@click.option("--human-error", help="The best error people reach, as 0.01 or 1%.")
@click.option("--train-error", required=True, help="Error on the training set.")
@click.option("--validation-error", required=True, help="Error on the validation set.")
@click.option("--test-error", help="Error on the test set.")
@click.option("--train-dev-error", help="Error on rows drawn like training but not trained on.")
@click.option("--algorithm", help="Name hyperparameters in the remedies: xgboost.")
@output_option("table", "json")
def command(output: str, **errors: str | None) -> None:
    """Say whether bias, variance or data mismatch is the problem, and what to do about it.

    Errors are fractions (0.05) or percentages (5%).

    \b
    smtune diagnose --human-error 1% --train-error 5% --validation-error 6% --test-error 10%
    """
    from smtune.diagnosis import diagnose
    from smtune.diagnosis.text import render

    diagnosis = diagnose(**errors)  # type: ignore[arg-type]
    if output == "json":
        click.echo(json.dumps(diagnosis.to_dict(), indent=2))
    else:
        click.echo(render(diagnosis), nl=False)
