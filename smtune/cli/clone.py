"""smtune clone JOB, or --request FILE: the spec of a tuning job that anybody launched or wrote."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from smtune.cli.options import target_option

_FILE = click.Path(path_type=Path)


@click.command(short_help="Turn any job or request into a spec.")
@click.argument("job", required=False)
@click.option(
    "--request", "file", type=_FILE, metavar="FILE", help="A request or a Describe answer, JSON or YAML; - reads stdin."
)
@click.option(
    "--tags", "tag_file", type=_FILE, metavar="FILE", help="With --request: the ListTags answer, as Describe has none."
)
@click.option("--job", "wanted", metavar="NAME", help="With --request: which tuning job, where FILE holds several.")
@click.option("--name", help="The name of the spec, instead of the job's.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one value; may be given again.")
@click.option("-f", "--file", "overlays", multiple=True, type=_FILE, metavar="FILE", help="Merge an overlay over it.")
@target_option
def command(job: str | None, target: Any, **options: Any) -> None:
    """Print the spec of JOB, whoever launched it, or of the tuning job in FILE: `render` gives the same request again.

    JOB is described, with its tags; comments say what the service had added, which values are its defaults, and who
    launched it. FILE may come from the AWS CLI, boto3, the SageMaker SDK (V2 or V3), Terraform (`terraform show -json`,
    state, .tf.json) or CloudFormation. --region also says whose images of built-in algorithms to call by name. What
    --set, -f and --name make of it is checked; exit code 252 if that breaks a rule.

    \b
    smtune clone my-model-1123-0911 > spec.yaml
    smtune clone my-model-1123-0911 --set limits.jobs=50 --name again > spec.yaml
    smtune clone --request job.json > spec.yaml
    """
    if (job is None) == (options["file"] is None):
        raise click.UsageError("give either a JOB or --request FILE", click.get_current_context())
    if options["file"] is None and (options["tag_file"] or options["wanted"]):
        raise click.UsageError("--tags and --job are about the FILE of --request", click.get_current_context())
    if job is None and (target.target is not None or target.profile or target.endpoint_url):
        message = "--request reads FILE: leave --local, --aws, --profile and --endpoint-url out"
        raise click.UsageError(message, click.get_current_context())
    from smtune.cli.text import remark
    from smtune.clone import changed
    from smtune.clone.change import problems_of

    clone = _from_file(target, **options) if job is None else _from_service(job, target)
    named = [f"name={json.dumps(options['name'])}"] if options["name"] is not None else []
    clone = changed(clone, (*options["settings"], *named), options["overlays"])
    click.echo(clone.to_yaml(), nl=False)
    for problem in problems_of(clone.spec):
        remark(dataclasses.replace(problem, line=0, column=0).describe("note"))


def _from_service(job: str, target: Any) -> Any:
    from smtune.cli.sessions import session_for
    from smtune.clone.job import clone_job

    with session_for(job, target) as session:
        return clone_job(session, job, region=target.region)


def _from_file(target: Any, **options: Any) -> Any:
    from smtune.clone import clone_request, read_job, read_tags
    from smtune.request.description import normalize

    found = read_job(options["file"], options["wanted"])
    if options["tag_file"] is not None:
        tagged = normalize(found.request, read_tags(options["tag_file"]))
        found = dataclasses.replace(tagged, left_out={**found.left_out, **tagged.left_out})
    return clone_request(found, target.region)
