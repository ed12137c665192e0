"""A learning curve on the command line: its plan, its course, what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli import retrained
from smtune.cli.retrained import agree as agree
from smtune.cli.retrained import print_sentences, tell_lost, time_and_money
from smtune.cli.table import print_table
from smtune.cli.text import print_json, print_pairs, remark, show
from smtune.estimate.money import in_words
from smtune.growth import Grown, GrowthPlan, carry_out
from smtune.growth.grow import plan_dict


def print_plan(plan: GrowthPlan, output: str, *, is_free: bool) -> None:
    """What would be trained, on stdout."""
    if output == "json":
        print_json(plan_dict(plan))
        return
    rows = []
    for count in sorted({each.rows for each in plan.trainings}):
        own = [each for each in plan.trainings if each.rows == count]
        there = sum(each.repeat.is_over for each in own)
        rows.append((f"{count:,}", f"{100 * own[0].share:.4g} %", len(own), there))
    headings = ("rows", "share", "trainings", "there")
    print_table(headings, rows, numbers=headings)
    click.echo("")
    print_pairs(_size(plan, is_free=is_free))
    retrained.tell({}, plan.notes)


def tell_plan(plan: GrowthPlan, *, is_free: bool) -> None:
    """The same in short, on stderr."""
    retrained.tell(_size(plan, is_free=is_free), plan.notes)


def follow(ctx: click.Context, session: Any, plan: GrowthPlan, how: Mapping[str, Any]) -> GrowthPlan:
    """Carry the plan out, a line on stderr for each change; after Ctrl-C the process ends with 130."""
    words = "trainings", f"smtune data curve {plan.tuning_job}"
    return retrained.follow(ctx, lambda carry: carry_out(session, plan, carry), how, words)


def print_grown(result: Grown, output: str, *, is_free: bool) -> None:
    """Losses by rows, the verdict, what to expect of more rows, and the cost, on stdout."""
    if output == "json":
        print_json(result.to_dict())
        return
    plan, growth = result.plan, result.growth
    click.echo(f"{plan.measure.label} of {plan.configuration.training_job}'s configuration, on parts of its rows\n")
    headings = ("rows", "trainings", "training loss", "validation loss", "sd")
    rows = [(f"{each.rows:,}", each.count, each.training, each.validation, each.sd) for each in growth.sizes]
    print_table(headings, rows, numbers=headings)
    if growth.predictions:
        click.echo("")
        expected = ("more rows", "expected loss", "95 %", "gain", "95 % of the gain")
        print_table(expected, (_expected(each) for each in growth.predictions), numbers=expected)
    click.echo("")
    print_sentences(result.sentences)
    if plan.spent is not None and plan.points:
        money = in_words(plan.spent, plan.currency)
        click.echo(f"Nothing to pay; on AWS {money}." if is_free else f"The trainings that are over cost {money}.")
    tell_lost(plan)
    if not plan.is_over:
        remark(f"There is more to come: smtune data curve {plan.tuning_job}, with the same options")


def _expected(each: Any) -> tuple[str, ...]:
    loss, gain = each.loss, each.gain
    name = f"{each.rows:,} ({each.times} x)"
    return name, show(loss.value), _between(loss), show(gain.value), _between(gain)


def _between(value: Any) -> str:
    return f"{value.low:.5g} to {value.high:.5g}"


def _size(plan: GrowthPlan, *, is_free: bool) -> dict[str, str]:
    new, values = len(plan.to_start), plan.configuration.hyperparameters
    sizes = {
        "configuration": f"{plan.configuration.training_job}: "
        + ", ".join(f"{name}={show(value)}" for name, value in values.items()),
        "training jobs": f"{new} to start, {len(plan.trainings) - new} there; {plan.parallel} at once",
        "measured": f"{plan.measure.label}"
        + (f", and {plan.measure.train_metric}" if plan.measure.train_metric else ""),
        "rows": f"{plan.source.rows:,} in channel {plan.channel}; parts go to {plan.prefix}/data",
        "seed": plan.seed_hyperparameter or "none",
        "target": "none" if plan.target is None else f"{plan.target:.6g}",
    }
    return sizes | (time_and_money(plan, is_free=is_free, whose="the original, on all rows,") if new else {})
