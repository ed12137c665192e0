"""smtune extend JOB: the spec of a tuning job that goes on where JOB ended."""

from __future__ import annotations

from typing import Any

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="Write a job that learns from this one.")
@click.argument("job")
@click.option("--jobs", type=click.IntRange(min=1), required=True, help="How many new training jobs.")
@click.option("--parallel", type=click.IntRange(min=1), help="How many at once; else as many as before.")
@click.option(
    "--data",
    multiple=True,
    metavar="CHANNEL=URI",
    help="Other data for a channel, on S3; may be given again. Warm start is of type transfer then.",
)
@click.option("--name", help="The name of the new spec, instead of the job's.")
@output_option("yaml", "json")
@target_option
def command(job: str, target: Any, output: str, **options: Any) -> None:
    """Print the spec of a tuning job that starts warm from JOB: it learns from its training jobs, and from those of
    JOB's own parents.

    JOB has ended, and tunes one algorithm. What else the service demands of a warm start is checked against the real
    descriptions of all parents; exit code 252 with the rule and the fix where it would refuse.

    \b
    smtune extend my-model-1123-0911 --jobs 20 > next.yaml
    smtune extend my-model-1123-0911 --jobs 20 --data train=s3://my-bucket/november/train > next.yaml
    """
    from smtune.cli.revised import print_revision
    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.revise.extend import ExtendOptions
    from smtune.revise.job import extend_job

    wishes = ExtendOptions(options["jobs"], options["parallel"], _channels(options["data"]), options["name"])
    with session_for(job, target) as session:
        revision = extend_job(session, job, wishes)
    print_revision(revision, output)
    warm = revision.spec.warm_start
    remark(f"{warm.type}: learns from {', '.join(warm.parents)}" if warm else "")


def _channels(data: tuple[str, ...]) -> dict[str, str]:
    channels = {}
    for text in data:
        name, equals, uri = text.partition("=")
        if not (name and equals and uri):
            raise click.UsageError(f"--data {text}: write CHANNEL=URI, as train=s3://my-bucket/train")
        if name in channels:
            raise click.UsageError(f"--data {name} is given twice: name each channel once")
        channels[name] = uri
    return channels
