"""smtune describe JOB: a tuning job as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.options import output_option, target_option
from smtune.where import Where

_OURS = ("smtune:local:", "smtune:")


@click.command(short_help="Show one tuning job.")
@click.argument("job")
@target_option
@output_option("table", "json")
def command(job: str, target: Where, output: str) -> None:
    """Show JOB: status, objective, counts, best so far. On this machine, a job whose worker died goes on by this.

    `-o json` prints the service's own DescribeHyperParameterTuningJob answer. What looks like a secret is hidden.

    \b
    smtune describe breast-cancer-xgb-tp0wh4k2zq
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import near_path, print_json, print_pairs
    from smtune.progress import describe, portray
    from smtune.rules.discreet import conceal, without_secrets
    from smtune.session import is_local, locate

    with session_for(job, target) as session:
        if output == "json":
            print_json(without_secrets(describe(session, job)))
            return
        portrait = portray(session, job, on_aws=not is_local(session))
        places = {name: near_path(locate(session, uri)) for name, uri in _named(portrait.tags, "s3://").items()}
    pairs = {**_about(portrait), **conceal(_named(portrait.tags, "")), **places, "console": portrait.console}
    print_pairs({name: value for name, value in pairs.items() if value})


def _about(portrait: Any) -> dict[str, Any]:
    from smtune.cli.text import duration, show

    progress = portrait.progress
    most = "" if progress.jobs is None else f" of at most {progress.jobs}"
    kind = f" ({portrait.warm_start})" if portrait.warm_start else ""
    left = "" if progress.remaining is None else f", about {duration(progress.remaining)} left"
    return {
        "name": progress.name,
        "status": progress.status,
        "reason": progress.failure_reason,
        "ended": portrait.completion,
        "objective": "; ".join(portrait.objectives),
        "strategy": portrait.strategy,
        "ranges": portrait.ranges,
        "training jobs": f"{progress.done} done{most}: {progress.completed} completed, {progress.failed} failed, "
        f"{progress.stopped} stopped; {progress.running} running",
        **{f"definition {name}": counted for name, counted in portrait.definitions.items()},
        "best": progress.best_job and f"{progress.best_job} ({show(progress.best_value)})",
        "created": portrait.created,
        "time": f"{duration(progress.elapsed)}{left}",
        "training time": portrait.training_seconds and duration(portrait.training_seconds),
        "warm start from": portrait.parents and f"{', '.join(portrait.parents)}{kind}",
    }


def _named(marks: Mapping[str, str], start: str) -> dict[str, Any]:
    """The tags whose value begins with `start`, smtune's own by their short names, others as `tag NAME`."""
    result = {}
    for key, value in marks.items():
        short = next((key.removeprefix(prefix) for prefix in _OURS if key.startswith(prefix)), None)
        if value.startswith(start) and (short or not start):
            result[short or f"tag {key}"] = value
    return result
