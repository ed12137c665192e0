"""smtune describe JOB: a tuning job as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.options import Target, output_option, target_option

_OURS = ("smtune:local:", "smtune:")


@click.command(short_help="Show one tuning job.")
@click.argument("job")
@target_option
@output_option("table", "json")
def command(job: str, target: Target | None, output: str) -> None:
    """Show JOB: status, counts, best so far. A job of this machine whose worker died goes on by being looked at.

    `-o json` prints the service's own DescribeHyperParameterTuningJob answer.

    \b
    smtune describe breast-cancer-xgb-tp0wh4k2zq
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import duration, near_path, print_json, print_pairs
    from smtune.progress import describe, look, tags
    from smtune.session import locate

    with session_for(job, target) as session:
        if output == "json":
            print_json(describe(session, job))
            return
        progress = look(session, job)
        marks = tags(session, job)
        places = {name: near_path(locate(session, uri)) for name, uri in _named(marks, "s3://").items()}
    most = "" if progress.jobs is None else f" of at most {progress.jobs}"
    pairs = {
        "name": progress.name,
        "status": progress.status,
        "reason": progress.failure_reason,
        "training jobs": f"{progress.done} done{most}: {progress.completed} completed, {progress.failed} failed, "
        f"{progress.stopped} stopped; {progress.running} running",
        "best": progress.best_job and f"{progress.best_job} ({progress.best_value:.6g})",
        "time": duration(progress.elapsed),
        **_named(marks, ""),
        **places,
    }
    print_pairs({name: value for name, value in pairs.items() if value})


def _named(marks: Mapping[str, str], start: str) -> dict[str, Any]:
    """The tags whose value begins with `start`, smtune's own by their short names, others as `tag NAME`."""
    result = {}
    for key, value in marks.items():
        short = next((key.removeprefix(prefix) for prefix in _OURS if key.startswith(prefix)), None)
        if value.startswith(start) and (short or not start):
            result[short or f"tag {key}"] = value
    return result
