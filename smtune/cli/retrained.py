"""Training jobs that are trained once more, on the command line: what they cost, whether to start, their course."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from smtune.cli.text import duration, remark
from smtune.estimate.money import in_words
from smtune.retrain.carry import LONGEST, Carry, Retraining

Plan = TypeVar("Plan", bound=Retraining)
_WIDTH = 100
_NO_BREAK = "\N{NO-BREAK SPACE}"
_FREE = "this machine: nothing to pay; the same seconds on AWS"


def tell(sizes: Mapping[str, str], notes: Iterable[str]) -> None:
    """A plan in short, on stderr."""
    for name, value in sizes.items():
        remark(f"{name}: {value}")
    for note in notes:
        remark(f"note: {note}")


def agree(ctx: click.Context, plan: Retraining) -> bool:
    """Whether somebody says that the money may be spent; raises UsageError where nobody is there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("nobody is here to ask: add --yes to start the training jobs, or --dry-run", ctx)
    return click.confirm(f"Start {len(plan.to_start)} training jobs?", err=True)


def time_and_money(plan: Any, *, is_free: bool, whose: str) -> dict[str, str]:
    """What the training jobs to start take, by what `whose` ("the originals") did."""
    money = "unknown" if plan.money is None else in_words(plan.money, plan.currency)
    if plan.money is None and plan.unknown:
        money += f" (no price of {', '.join(plan.unknown)}; give it: --prices FILE)"
    return {
        "time": f"{duration(plan.seconds)} of training, by what {whose} took",
        "cost": f"{_FREE}: {money}" if is_free else f"{money}, by what {whose} cost",
    }


def follow(
    ctx: click.Context, way: Callable[[Carry[Plan]], Plan], how: Mapping[str, Any], words: tuple[str, str]
) -> Plan:
    """Carry a plan out in this `way`, a line on stderr for each change; after Ctrl-C the process ends with 130.

    `words`: what is trained, in the plural, and the command that comes back to it.
    """
    told: list[tuple[int, ...]] = []
    what, back = words

    def heard(now: Plan) -> None:
        counts = _counts(now)
        if [counts] != told[-1:]:
            told.append(counts)
            remark("{} of {} {what} over, {} running, {} without an objective".format(*counts, what=what))

    timeout = LONGEST if how["timeout"] is None else how["timeout"]
    try:
        return way(Carry(how["wait"], timeout, heard, how["terms"]))
    except KeyboardInterrupt:
        remark(f"\nThe {what} that run go on without you.")
        remark(f"Come back (with the same options): {back}\nStop them: {back} --stop")
        ctx.exit(130)


def print_sentences(sentences: Iterable[str]) -> None:
    """Each from a line of its own on, on stdout; a number stays with its percent sign, and an option with its value."""
    for sentence in sentences:
        tied = re.sub(r" (?=%)|(?<=--repeats) ", _NO_BREAK, sentence)
        for line in textwrap.wrap(tied, _WIDTH, break_long_words=False, break_on_hyphens=False):
            click.echo(line.replace(_NO_BREAK, " "))


def tell_lost(plan: Retraining) -> None:
    """On stderr, why training jobs that are over have no value."""
    for repeat in plan.repeats:
        if repeat.is_over and repeat.value is None:
            reason = repeat.reason or "it gave no objective"
            remark(f"{repeat.training_job} {repeat.status}: {' '.join(reason.split())[:200]}")


def _counts(plan: Retraining) -> tuple[int, ...]:
    repeats = plan.repeats
    over = [repeat for repeat in repeats if repeat.is_over]
    lost = sum(repeat.value is None for repeat in over)
    return len(over), len(repeats), sum(repeat.is_running for repeat in repeats), lost
