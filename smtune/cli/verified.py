"""A verification on the command line: its plan, its course, what it found."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.table import print_table
from smtune.cli.text import duration, print_json, print_pairs, remark, show
from smtune.estimate.money import in_words
from smtune.retrain.carry import LONGEST
from smtune.verify import Carry, Verified, VerifyPlan, carry_out
from smtune.verify.text import planned_power
from smtune.verify.verify import plan_dict

_FREE = "this machine: nothing to pay; the same seconds on AWS"


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
    for note in plan.notes:
        remark(f"note: {note}")


def tell_plan(plan: VerifyPlan, *, is_free: bool) -> None:
    """The same in short, on stderr."""
    for name, value in _size(plan, is_free=is_free).items():
        remark(f"{name}: {value}")
    for note in plan.notes:
        remark(f"note: {note}")


def agree(ctx: click.Context, plan: VerifyPlan) -> bool:
    """Whether somebody says that the money may be spent; raises UsageError where nobody is there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("nobody is here to ask: add --yes to start the training jobs, or --dry-run", ctx)
    return click.confirm(f"Start {len(plan.to_start)} training jobs?", err=True)


def follow(ctx: click.Context, session: Any, plan: VerifyPlan, how: Mapping[str, Any]) -> VerifyPlan:
    """Carry the plan out, a line on stderr for each change; after Ctrl-C the process ends with 130."""
    told: list[tuple[int, ...]] = []

    def heard(now: VerifyPlan) -> None:
        counts = _counts(now)
        if [counts] != told[-1:]:
            told.append(counts)
            remark("{} of {} repeats over, {} running, {} without an objective".format(*counts))

    timeout = LONGEST if how["timeout"] is None else how["timeout"]
    try:
        return carry_out(session, plan, Carry(how["wait"], timeout, heard, how["terms"]))
    except KeyboardInterrupt:
        back = f"smtune verify-best {plan.tuning_job}"
        remark(f"\nThe repeats that run go on without you. Come back: {back}    Stop them: {back} --stop")
        ctx.exit(130)


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
    for sentence in result.sentences:
        click.echo(sentence)
    for item in result.plan.configurations:
        for repeat in item.repeats:
            if repeat.is_over and repeat.value is None:
                reason = repeat.reason or "it gave no objective"
                remark(f"{repeat.training_job} {repeat.status}: {' '.join(reason.split())[:200]}")
    if not result.plan.is_over:
        remark(f"There is more to come: smtune verify-best {result.plan.tuning_job}")


def _size(plan: VerifyPlan, *, is_free: bool) -> dict[str, str]:
    new, count = len(plan.to_start), len(plan.configurations)
    repeats = len(plan.configurations[0].repeats)
    there = len(plan.repeats) - new
    money = "unknown" if plan.money is None else in_words(plan.money, plan.currency)
    if plan.money is None and plan.unknown:
        money += f" (no price of {', '.join(plan.unknown)}; give it: --prices FILE)"
    seeds = dict.fromkeys(name or "none" for name in plan.seeds.values())
    sizes = {
        "training jobs": f"{new} to start, {there} there; {count} x {repeats}, {plan.parallel} at once",
        "seed": ", ".join(seeds),
        "time": f"{duration(plan.seconds)} of training, by what the originals took",
        "cost": f"{_FREE}: {money}" if is_free else f"{money}, by what the originals cost",
        "power": planned_power(count, repeats, paired=plan.seeds_shared),
    }
    return sizes if new else {name: sizes[name] for name in ("training jobs", "seed", "power")}


def _counts(plan: VerifyPlan) -> tuple[int, ...]:
    repeats = plan.repeats
    over = [repeat for repeat in repeats if repeat.is_over]
    lost = sum(repeat.value is None for repeat in over)
    return len(over), len(repeats), sum(repeat.is_running for repeat in repeats), lost


def _values(item: Any) -> str:
    return ", ".join(f"{name}={show(value)}" for name, value in item.hyperparameters.items())
