"""smtune describe JOB: a tuning job as it is now."""

from __future__ import annotations

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="Show one tuning job.")
@click.argument("job")
@target_option
@output_option("table", "json")
def command(job: str, target: str | None, output: str) -> None:
    """Show JOB: status, counts, best so far. A job of this machine whose worker died goes on by being looked at.

    `-o json` prints the service's own DescribeHyperParameterTuningJob answer.

    \b
    smtune describe breast-cancer-xgb-tp0wh4k2zq
    """
    from smtune.cli.text import duration, print_json, print_pairs
    from smtune.session import find_session
    from smtune.watch import describe, look, tags

    session = find_session(job, target)  # type: ignore[arg-type]
    if output == "json":
        print_json(describe(session, job))
        return
    progress = look(session, job)
    total = "" if progress.jobs is None else f" of at most {progress.jobs}"
    pairs = {
        "name": progress.name,
        "status": progress.status,
        "training jobs": f"{progress.done} done{total}: {progress.completed} completed, {progress.failed} failed, "
        f"{progress.stopped} stopped; {progress.running} running",
        "best": progress.best_job and f"{progress.best_job} ({progress.best_value:.6g})",
        "time": duration(progress.elapsed),
        "reason": progress.failure_reason,
    }
    print_pairs({name: value for name, value in {**pairs, **tags(session, job)}.items() if value})
