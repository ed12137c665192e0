"""A verification on the command line: its plan, its course, what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli import retrained
from smtune.cli.retrained import agree as agree
from smtune.cli.retrained import print_sentences, tell_lost, time_and_money
from smtune.cli.table import print_table
from smtune.cli.text import print_json, print_pairs, remark, show
from smtune.verify import Verified, VerifyPlan, carry_out
from smtune.verify.text import planned_power
from smtune.verify.verify import plan_dict


def print_plan(plan: VerifyPlan, output: str, *, is_free: bool) -> None:
    """What would be trained, on stdout."""
    if output == "json":
        print_json(plan_dict(plan))
        return
    rows = [
        (item.rank, item.training_job, item.original, sum(each.is_over for each in item.repeats), _values(item))
        for item in plan.configurations
    ]
    headings = ("rank", "training job", plan.metric, "repeats there", "hyperparameters")
    print_table(headings, rows, numbers=("rank", plan.metric, "repeats there"))
    click.echo("")
    print_pairs(_size(plan, is_free=is_free))
    retrained.tell({}, plan.notes)


def tell_plan(plan: VerifyPlan, *, is_free: bool) -> None:
    """The same in short, on stderr."""
    retrained.tell(_size(plan, is_free=is_free), plan.notes)


def follow(ctx: click.Context, session: Any, plan: VerifyPlan, how: Mapping[str, Any]) -> VerifyPlan:
    """Carry the plan out, a line on stderr for each change; after Ctrl-C the process ends with 130."""
    words = "repeats", f"smtune verify-best {plan.tuning_job}"
    return retrained.follow(ctx, lambda carry: carry_out(session, plan, carry), how, words)


def print_verified(result: Verified, output: str) -> None:
    """Each configuration with its repeats, and the verdict, on stdout."""
    if output == "json":
        print_json(result.to_dict())
        return
    rows = []
    for item, standing in zip(result.plan.configurations, result.judgement.standings, strict=True):
        mean = standing.mean
        interval = None if mean is None else f"{mean.low:.5g} to {mean.high:.5g}"
        rest = (standing.sd, standing.new_rank, standing.probability and f"{standing.probability:.0%}", standing.p)
        done = f"{standing.completed}/{len(item.repeats)}"
        rows.append((item.rank, item.training_job, item.original, done, mean and mean.value, interval, *rest))
    headings = ("rank", "training job", "original", "repeats", "mean", "95 %", "sd", "new rank", "best?", "p")
    print_table(headings, rows, numbers=set(headings) - {"training job"})
    click.echo("")
    print_sentences(result.sentences)
    tell_lost(result.plan)
    if not result.plan.is_over:
        remark(f"There is more to come: smtune verify-best {result.plan.tuning_job}, with the same options")


def _size(plan: VerifyPlan, *, is_free: bool) -> dict[str, str]:
    new, count = len(plan.to_start), len(plan.configurations)
    repeats = len(plan.configurations[0].repeats)
    there = len(plan.repeats) - new
    seeds = dict.fromkeys(name or "none" for name in plan.seeds.values())
    sizes = {
        "training jobs": f"{new} to start, {there} there; {count} x {repeats}, {plan.parallel} at once",
        "seed": ", ".join(seeds),
        **time_and_money(plan, is_free=is_free, whose="the originals"),
        "power": planned_power(count, repeats, paired=plan.seeds_shared),
    }
    return sizes if new else {name: sizes[name] for name in ("training jobs", "seed", "power")}


def _values(item: Any) -> str:
    return ", ".join(f"{name}={show(value)}" for name, value in item.hyperparameters.items())
