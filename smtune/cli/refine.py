"""smtune refine JOB: the spec of the next round, its ranges where the best training jobs are."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="Write the next round: ranges where the best are.")
@click.argument("job")
@click.option(
    "--top",
    default="20%",
    show_default=True,
    metavar="SHARE",
    help="Which training jobs are the best: a share, or a number of them as 10.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Training jobs of the next round; else as many as before.")
@click.option("--name", help="The name of the next spec, instead of the job's.")
@output_option("yaml", "json")
@target_option
def command(job: str, target: Any, top: str, jobs: int | None, name: str | None, output: str) -> None:
    """Print a spec like JOB's with the ranges of its hyperparameters revised, and the reason for every change.

    A range is narrowed to where the best training jobs lie, widened where the best lies at an end, and cut where
    training jobs fail. Scales and kinds stay, and nothing goes beyond what the algorithm takes. Few training jobs are
    little evidence: then little is changed. Exit code 1 while no training job has an objective.

    \b
    smtune refine my-model-1123-0911 > next.yaml
    smtune refine my-model-1123-0911 --top 10% --jobs 30 -o json
    """
    from smtune.cli.revised import print_revision
    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.revise import RefineOptions, Top
    from smtune.revise.job import refine_job

    options = RefineOptions(top=Top.parse(top), jobs=jobs, name=name)
    with session_for(job, target) as session:
        revision = refine_job(session, job, options)
    print_revision(revision, output)
    remark(f"{len(revision.changes)} changes" if len(revision.changes) != 1 else "1 change")
