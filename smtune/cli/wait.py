"""smtune wait JOB: for scripts; ends with the job, and says by its exit code how."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from smtune.cli.durations import DURATION
from smtune.cli.options import output_option, target_option
from smtune.where import Where


@click.command(short_help="Wait for a tuning job's end.")
@click.argument("job")
@target_option
@click.option("--timeout", type=DURATION, default="30d", show_default=True, help="As 600, 10m or 2h; then exit code 4.")
@click.option("--interval", type=DURATION, help="Between two looks; without it, as fits the job.")
@click.option(
    "--require",
    multiple=True,
    metavar="'NAME >= NUMBER'",
    help="Must hold at the end, else exit code 1; may be given again.",
)
@click.option("--min-completed", default=0, type=click.IntRange(0), help="Training jobs that must have completed.")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, job: str, target: Where, output: str, **options: Any) -> None:
    """Wait for the end of JOB. Progress goes to stderr, what came out to stdout.

    Exit code 0: Completed, and all that is required holds; 1: it failed, or something required does not hold; 3: it
    was stopped; 4: the time is up, the job goes on.

    A NAME is objective, completed, failed, stopped, elapsed (seconds), or a metric of the best training job; in
    quotes it is always a metric.

    \b
    smtune wait JOB --timeout 2h --require 'objective >= 0.9'
    smtune wait JOB --require 'validation:error <= 0.05' --require 'failed == 0' -o json
    """
    from smtune.cli.live import going_on, screen
    from smtune.cli.sessions import session_for, terms_for
    from smtune.cli.text import remark
    from smtune.progress import Progress, WaitOptions, await_end, parse_requirement

    required = tuple(parse_requirement(text) for text in options["require"])
    try:
        with ExitStack() as settled, screen() as shown:
            session = settled.enter_context(session_for(job, target))

            def heard(progress: Progress) -> None:
                settled.close()  # the job is found: what goes wrong from here on is not about where it is
                shown.show(progress)

            terms = terms_for(session, shown.say)
            limits = {name: options[name] for name in ("timeout", "interval", "min_completed")}
            outcome = await_end(session, job, WaitOptions(**limits, require=required, heard=heard, terms=terms))
    except KeyboardInterrupt:
        remark(going_on(job, back=f"smtune wait {job}"))
        ctx.exit(130)
    _print(outcome, output)
    if outcome.error is not None:
        raise outcome.error


def _print(outcome: Any, output: str) -> None:
    from smtune.cli.text import duration, print_json, print_pairs, show

    if output == "json":
        print_json(outcome.to_dict())
        return
    progress = outcome.progress
    pairs = {
        "name": progress.name,
        "status": progress.status,
        "training jobs": f"{progress.completed} completed, {progress.failed} failed, {progress.stopped} stopped",
        "best": progress.best_job and f"{progress.best_job} ({show(progress.best_value)})",
        "time": duration(progress.elapsed),
        **{check.requirement.text: _result(check) for check in outcome.checks},
    }
    print_pairs({name: value for name, value in pairs.items() if value})


def _result(check: Any) -> str:
    return f"{'holds' if check.holds else 'does not hold'}: {check.finding}"
