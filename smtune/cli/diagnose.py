"""smtune diagnose: four errors in, what to work on out."""

from __future__ import annotations

import re

import click

from smtune.cli.options import output_option

_ARGUMENT = re.compile(r"\b\w+_error\b")


@click.command(short_help="Bias, variance or mismatch?")
@click.option("--human-error", metavar="RATE", help="The best error people reach.")
@click.option("--train-error", metavar="RATE", required=True, help="Error on the training set.")
@click.option("--validation-error", metavar="RATE", required=True, help="Error on the validation set.")
@click.option("--test-error", metavar="RATE", help="Error on the test set.")
@click.option("--train-dev-error", metavar="RATE", help="Error on rows drawn like training but not trained on.")
@click.option("--one-pool", is_flag=True, help="Validation and test were drawn at random from the same rows.")
@click.option("--algorithm", type=click.Choice(["xgboost"]), help="Name its hyperparameters in the remedies.")
@output_option("table", "json")
def command(output: str, algorithm: str | None, one_pool: bool, **errors: str | None) -> None:
    """Say whether bias, variance or data mismatch is the problem, and what to do about it.

    A RATE is a fraction (0.05) or a percentage (5%).

    \b
    smtune diagnose --human-error 1% --train-error 5% --validation-error 6% --test-error 10%
    """
    from smtune.cli.text import print_json
    from smtune.diagnosis import diagnose
    from smtune.diagnosis.text import render
    from smtune.errors import UsageError

    try:
        diagnosis = diagnose(**errors, algorithm=algorithm, one_pool=one_pool)  # type: ignore[arg-type]
    except UsageError as error:
        raise UsageError(_ARGUMENT.sub(_as_option, str(error))) from None
    if output == "json":
        print_json(diagnosis.to_dict())
    else:
        click.echo(render(diagnosis), nl=False)


def _as_option(name: re.Match[str]) -> str:
    return f"--{name[0].replace('_', '-')}"
