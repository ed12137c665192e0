"""smtune report JOB: all of a tuning job in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from smtune.cli.known_options import known_options
from smtune.cli.options import prices_of, prices_option, target_option
from smtune.where import Where

_ENDINGS = {"html": ".html", "markdown": ".md", "json": ".json"}


@click.command(short_help="All of a tuning job in one file to look at.")
@click.argument("job")
@known_options
@target_option
@prices_option
@click.option("--compare", "others", multiple=True, metavar="JOB", help="Another tuning job beside it; again for more.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes; else JOB.html here.")
@click.option("--format", "form", type=click.Choice(tuple(_ENDINGS)), help="Else what the end of FILE says, or html.")
def command(job: str, target: Where, knowledge: Mapping[str, Any], others: tuple[str, ...], **options: Any) -> None:
    """Write the report of JOB into one file: diagnosis, search, learning curves, cost, failures, where it comes from.

    The HTML file runs no script and asks for nothing from elsewhere, so it opens in SageMaker Studio without internet,
    from a mail or on a phone, in light and dark. The best model is scored on the held-out rows first. What looks like a
    secret is hidden. A file that is there is replaced; its path is printed. The diagnosis takes human level, rows and
    the like from the spec that JOB was launched from, or from the options that `smtune diagnose JOB` has, too.

    \b
    smtune report JOB
    smtune report JOB --human-error 4/400 --rows validation=1500
    smtune report JOB --compare JOB2 -o report.html
    smtune report JOB -o report.md
    """
    if job in others or len(set(others)) < len(others):
        raise click.UsageError("--compare names each other tuning job once", click.get_current_context())
    out, form = options["out"], options["form"]
    from smtune.cli.known import in_terms_of_options, known_from
    from smtune.cli.text import near_path
    from smtune.files import write_whole
    from smtune.reporting import format_of, rendered

    chosen = form or (format_of(out) if out is not None else "html")
    with in_terms_of_options():
        more = {"known": known_from(knowledge), "prices": prices_of(options["price_file"])}
        data = _gathered(job, target, others, more)
    file = out if out is not None else Path(f"{data.name}{_ENDINGS[chosen]}")
    write_whole(file, rendered(data, chosen))
    click.echo(near_path(str(file)))


def _gathered(job: str, target: Where, others: tuple[str, ...], more: Mapping[str, Any]) -> Any:
    from contextlib import ExitStack

    from smtune.cli.sessions import session_for
    from smtune.cli.text import remark
    from smtune.reporting import gather_report

    remark(f"reading {job}, and scoring its best model on the held-out rows")
    with ExitStack() as stack:
        places = [(stack.enter_context(session_for(name, target)), name) for name in others]
        session = stack.enter_context(session_for(job, target))
        return gather_report(session, job, places, **more)
