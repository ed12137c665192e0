"""What the loop tells: each round as it ends, the next spec as a file, and a table of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from smtune.cli.live import follow, going_on, screen
from smtune.cli.sessions import terms_for
from smtune.cli.table import print_table
from smtune.cli.text import remark, show
from smtune.files import write_whole
from smtune.loop import Rematch, Round
from smtune.progress import Progress, Watching, watch
from smtune.spec.source import STDIN
from smtune.suggest import Suggestions


def wait(session: Any, job: str) -> Progress:
    """Watch a tuning job to its end, on stderr."""
    try:
        with screen() as shown:
            return follow(watch(session, job, Watching(recent=True, terms=terms_for(session, shown.say))), shown)
    except KeyboardInterrupt:
        remark(going_on(job, back="the same smtune loop"))
        raise


def tell_round(found: Round, spec: Path) -> None:
    """The round on stderr, and its next spec as a file beside the spec."""
    better = "" if found.number == 1 else ", better" if found.is_best else ", no better: taken back"
    value = "no objective" if found.objective is None else f"objective {show(found.objective)}{better}"
    remark(f"round {found.number}: {found.job}, {value}")
    if found.rematch:
        remark(f"  {_told(found.rematch)}")
    remark(f"  {found.headline}")
    if found.next is None:
        remark(f"  ends: {found.ends}")
        return
    stem = "spec" if spec == STDIN else spec.stem
    file = spec.with_name(f"{stem}.round-{found.number + 1}.yaml")
    write_whole(file, _written(found).encode())
    remark(f"  next: {found.next.title.lower()}; {file}")


def _told(rematch: Rematch) -> str:
    if rematch.values is None:
        return f"compared by the objectives, which are of different validation rows: {rematch.failure}"
    before, after = (show(value) for value in rematch.values)
    return f"on the {rematch.rows:,} validation rows that neither learned from: {before} before, {after} now"


def _written(found: Round) -> str:
    assert found.next is not None  # noqa: S101  the caller has looked
    assert found.basis is not None  # noqa: S101  each next one has one
    alone = Suggestions(found.basis.subject, found.basis.headline, (found.next,))
    return alone.revision(1).to_yaml()


def tell_end(rounds: Sequence[Round]) -> None:
    """A line for each round, and why it was over; on stdout."""
    best = _best(rounds)
    rows = [
        (
            each.number,
            each.job,
            each.applied.title if each.applied else "the spec as it is",
            each.objective,
            "best" if each is best else "",
        )
        for each in rounds
    ]
    print_table(("round", "tuning job", "tried", "objective", ""), rows, numbers=("round", "objective"))
    click.echo(f"\nEnded: {rounds[-1].ends}")
    if best is not None:
        click.echo(f"Best: {best.job}\n  {best.headline}\n  What is left: smtune suggest {best.job} -o table")


def _best(rounds: Sequence[Round]) -> Round | None:
    return next((each for each in reversed(rounds) if each.is_best), None)
