"""smtune why JOB: why its training jobs failed."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option, target_option
from smtune.where import Where


@click.command(short_help="Why training jobs failed, and the fix.")
@click.argument("job")
@target_option
@output_option("table", "json")
def command(job: str, target: Where, output: str) -> None:
    """Group the failed training jobs of JOB by cause: count, decisive log lines, where in the search space, fix.

    Exit code 0 whatever is found, also that nothing failed.

    \b
    smtune why JOB
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import print_json
    from smtune.triage import why

    with session_for(job, target) as session:
        triage = why(session, job)
    if output == "json":
        print_json(triage.to_dict())
    else:
        _print(triage)


def _print(triage: Any) -> None:
    import shutil

    width = min(shutil.get_terminal_size((100, 20)).columns, 100)
    click.echo(_headline(triage))
    if triage.failure_reason:
        click.echo(_wrapped("reason", triage.failure_reason, width))
    if triage.own_cause is not None:
        click.echo(_wrapped("cause", f"{triage.own_cause.name}. {triage.own_cause.explanation}", width))
        click.echo(_wrapped("fix", triage.own_cause.fix, width))
    for group in triage.groups:
        click.echo()
        _print_group(group, width)
    for note in triage.notes:
        click.echo(f"\nnote: {note}")


def _headline(triage: Any) -> str:
    if not triage.total:
        return f"{triage.tuning_job}: {triage.status}, no training job has ended"
    if not triage.failed:
        return f"{triage.tuning_job}: {triage.status}, none of {triage.total} training jobs failed"
    return f"{triage.tuning_job}: {triage.status}, {triage.failed} of {triage.total} training jobs failed"


def _print_group(group: Any, width: int) -> None:
    import shlex

    detail = f": {group.detail}" if group.detail else ""
    click.echo(f"{group.count} x {group.cause.name}{detail}")
    click.echo(_wrapped("what", group.cause.explanation, width))
    for number, line in enumerate(group.lines):
        click.echo(f"  {'' if number else 'log':<6} | {line}")
    if group.region is not None:
        click.echo(_wrapped("where", group.region.sentence, width))
    click.echo(_wrapped("fix", group.cause.fix, width))
    for number, setting in enumerate(group.settings):
        click.echo(f"  {'' if number else 'try':<6} --set {shlex.quote(setting)}")
    more = f" and {group.count - 1} more" if group.count > 1 else ""
    click.echo(f"  jobs   {group.training_jobs[0]}{more}")


def _wrapped(label: str, text: str, width: int) -> str:
    import textwrap

    return textwrap.fill(text, width, initial_indent=f"  {label:<6} ", subsequent_indent=" " * 9)
