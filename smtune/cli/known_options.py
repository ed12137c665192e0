"""Options that say what the caller knows of a tuning job, beyond what it remembers: for its diagnosis."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import click

HUMAN_ERROR = click.option("--human-error", metavar="RATE[/CASES]", help="The best error people reach.")
HUMAN = click.option(
    "--human", metavar="LABEL=RATE[/CASES]", multiple=True, help="Of several groups of people, one each."
)
BASELINE = click.option(
    "--baseline", metavar="LOSS", help="For rmse and its like: the loss of a model that ignores its input."
)
ROWS = click.option("--rows", metavar="SET=ROWS", multiple=True, help="Of JOB: rows of a set, as in validation=1500.")
METRIC_NAME = click.option(
    "--metric-name", metavar="SET=NAME", multiple=True, help="Of JOB: what the metric is called on a set."
)
CONFIDENCE = click.option("--confidence", type=float, metavar="FRACTION", help="That every verdict is right (0.95).")
ONE_POOL = click.option("--one-pool", is_flag=True, help="Validation and test were drawn at random from the same rows.")
_OPTIONS = {
    "human_error": HUMAN_ERROR,
    "human": HUMAN,
    "baseline": BASELINE,
    "rows": ROWS,
    "metric_name": METRIC_NAME,
    "confidence": CONFIDENCE,
    "one_pool": ONE_POOL,
}


def known_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, passed on as `knowledge`: those that were given, for `smtune.cli.known.known_from`."""

    @functools.wraps(command)
    def run(**options: Any) -> Any:
        return command(knowledge=given({name: options.pop(name) for name in _OPTIONS}), **options)

    for option in reversed(_OPTIONS.values()):
        run = option(run)
    return run


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given; nothing is a number like any other, so 0 is one of them."""
    return {name: value for name, value in options.items() if value is not None and value is not False and value != ()}
