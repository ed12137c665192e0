"""smtune clone --request FILE: the spec of a tuning job that somebody else wrote."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click


@click.command(short_help="Turn any request into a spec.")
@click.option(
    "--request",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="A request or a Describe answer, JSON or YAML; - reads stdin.",
)
@click.option(
    "--tags", "tag_file", type=click.Path(path_type=Path), help="The job's ListTags answer: Describe has none."
)
@click.option("--job", help="Which tuning job, where FILE holds several.")
@click.option("--region", help="Whose images of built-in algorithms to call by name; else that of the job's images.")
def command(file: Path, tag_file: Path | None, job: str | None, region: str | None) -> None:
    """Print the spec of the tuning job in FILE: nothing is lost, and `render` gives the same request again.

    FILE may come from the AWS CLI, boto3, the SageMaker SDK (V2 or V3), Terraform (`terraform show -json`, state,
    .tf.json) or CloudFormation. What only the service can say is left out, each with a comment.

    \b
    aws sagemaker describe-hyper-parameter-tuning-job --hyper-parameter-tuning-job-name my-job > job.json
    smtune clone --request job.json > spec.yaml
    """
    from smtune.clone import read_job, read_tags, write_clone
    from smtune.request.description import normalize

    found = read_job(file, job)
    if tag_file is not None:
        tagged = normalize(found.request, read_tags(tag_file))
        found = dataclasses.replace(tagged, left_out={**found.left_out, **tagged.left_out})
    click.echo(write_clone(found, region), nl=False)
