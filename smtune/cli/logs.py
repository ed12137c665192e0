"""smtune logs JOB|TRAINING_JOB: what it printed, or prints."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from typing import Any

import click

from smtune.cli.durations import MOMENT
from smtune.cli.options import target_option
from smtune.where import Where


def _pattern(ctx: click.Context, param: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    try:
        return None if value is None else re.compile(value)
    except re.error as error:
        message = f"{value!r} is no regular expression: {error}"
        raise click.BadParameter(message, ctx, param) from None


@click.command(short_help="What training jobs printed.")
@click.argument("job")
@target_option
@click.option("--all", "which", flag_value="all", help="Of a tuning job: all training jobs.")
@click.option("--failed", "which", flag_value="failed", help="Of a tuning job: the last one that failed.")
@click.option("--best", "which", flag_value="best", help="Of a tuning job: the best one.")
@click.option("-F", "--follow", "is_followed", is_flag=True, help="Go on with what comes, until the job ends.")
@click.option("--since", type=MOMENT, help="Only lines since: 10m, 2h, or a time in ISO 8601 (UTC).")
@click.option("--tail", metavar="N", type=click.IntRange(0), help="Only the last N lines.")
@click.option("--grep", metavar="REGEX", callback=_pattern, help="Only lines in which this is found.")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time (UTC).")
@click.pass_context
def command(ctx: click.Context, /, job: str, target: Where, is_followed: bool, timestamps: bool, **chosen: Any) -> None:
    """Print the log of a training job, or the logs of a tuning job's training jobs by time, each line with its number.

    Of a tuning job: those that run; where none does any more, the best, else the last that failed.

    \b
    smtune logs TRAINING_JOB --tail 50
    smtune logs JOB --follow --grep 'score='
    smtune logs JOB --failed
    """
    from smtune.cli.live import going_on
    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.logs import Reading, find_source, follow_logs, read_logs
    from smtune.patience import Line, Terms
    from smtune.session import renewed

    since, which = chosen["since"], chosen["which"]
    reading = Reading(since.timestamp() if since else None, chosen["tail"], chosen["grep"])
    with session_for(job, target) as session:
        line = Line(session, Terms(renew=lambda: renewed(session), tell=remark))
        source = find_source(line, job, which or "running")
    if which and source.tuning_job is None:
        message = f"{job} is a training job: --{which} chooses among those of a tuning job"
        raise click.UsageError(message, ctx)
    if not source.training_jobs and not is_followed:
        remark(f"no training job of {job} runs now; all: smtune logs {job} --all")
    lines = follow_logs(line, source, reading) if is_followed else read_logs(line, source, reading)
    before = _prefix(source, timestamps)
    shown = _harmless if sys.stdout.isatty() else str
    try:
        for each in lines:
            click.echo(f"{before(each)}{shown(each.text)}")
    except KeyboardInterrupt:
        sys.stdout.flush()
        remark(going_on(source.name, back=f"smtune logs {job} --follow"))
        ctx.exit(130)


def _prefix(source: Any, timestamps: bool) -> Callable[[Any], str]:
    """What stands before a line: its time, and where it comes from if that can be more than one place."""

    def prefix(line: Any) -> str:
        stamp = f"{dt.datetime.fromtimestamp(line.time, tz=dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z "
        places = [_number(line.training_job, source.tuning_job)] if source.tuning_job else []
        places += [line.host] if source.hosts > 1 else []
        return f"{stamp if timestamps else ''}{'/'.join(places)}{' | ' if places else ''}"

    return prefix


def _harmless(text: str) -> str:
    """A line that no terminal obeys; tabs stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\t" else repr(each)[1:-1] for each in text)


def _number(training_job: str, tuning_job: str) -> str:
    """`007` of `JOB-007-1f3a9c2e`."""
    return training_job.removeprefix(f"{tuning_job}-").partition("-")[0]
