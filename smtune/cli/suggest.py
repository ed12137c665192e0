"""smtune suggest JOB: what to do next, and the next spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smtune.cli.known_options import known_options
from smtune.cli.options import output_option, target_option


@click.command(short_help="What to do next, as the next spec.")
@click.argument("job")
@click.option("--apply", "number", type=click.IntRange(min=1), metavar="N", help="The spec of this suggestion.")
@click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The spec that JOB was launched from: without, its table cannot be split anew.",
)
@known_options
@output_option("yaml", "table", "json")
@target_option
def command(
    job: str, target: Any, number: int | None, spec: Path | None, output: str, knowledge: dict[str, Any]
) -> None:
    """Print the next spec after JOB, with the reason for every change, by its diagnosis and its training jobs.

    Remedies for bias, variance and mismatch are ranked by what JOB's own training jobs say: one that they speak against
    is listed, and not applied. The list goes to stderr and into the spec's comments; -o table prints it alone. Exit
    code 1 where the next spec is asked for and nothing that a spec can say is left to do. What you know of JOB and its
    spec does not say, human level above all, is said as to smtune diagnose.

    \b
    smtune suggest my-model-1123-0911 > next.yaml
    smtune suggest my-model-1123-0911 --apply 2 > next.yaml
    smtune suggest my-model-1123-0911 --human-error 4/400 -o table
    """
    from smtune.advise import advise
    from smtune.cli.known import in_terms_of_options, known_from
    from smtune.cli.revised import print_revision
    from smtune.cli.sessions import session_for
    from smtune.cli.text import print_json
    from smtune.errors import JobError, UsageError
    from smtune.spec import load_spec
    from smtune.suggest.text import render

    if output == "table" and number is not None:
        message = "-o table is the list alone: leave --apply out, or print the spec as yaml or json"
        raise UsageError(message)
    with in_terms_of_options():
        known = known_from(knowledge)
    with session_for(job, target) as session, in_terms_of_options():
        found = advise(session, job, known, spec=None if spec is None else load_spec(spec))
    if output == "json":
        print_json(found.to_dict() | ({} if number is None else {"applied": found.revision(number).to_dict()}))
        return
    if output == "table":
        click.echo(render(found), nl=False)
        return
    click.echo(render(found), nl=False, err=True)
    if number is None and found.first is None:
        message = f"nothing that a spec can say is left to do about {job}"
        raise JobError(message)
    print_revision(found.revision(number), output)
