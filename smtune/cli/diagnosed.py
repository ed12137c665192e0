"""Where a diagnosis comes from, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.known import in_terms_of_options, known_from, people_of
from smtune.cli.text import print_json
from smtune.diagnosis import Diagnosis, diagnose, diagnose_metrics
from smtune.diagnosis.level import SETS
from smtune.diagnosis.text import render
from smtune.errors import JobError

_COMMON = ("algorithm", "one_pool", "jobs", "confidence")


def from_errors(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of error rates."""
    names = ("train_error", "validation_error", "test_error", "train_dev_error", "floor", *_COMMON)
    with in_terms_of_options():
        found = diagnose(human_error=people_of(given), **{name: given[name] for name in names if name in given})
    _print(found, output)


def from_values(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of a metric's values."""
    values: dict[str, Any] = {name: given[name] for name in SETS if name in given}
    with in_terms_of_options():
        found = diagnose_metrics(
            values,
            metric=given["metric"],
            human_error=people_of(given),
            baseline_error=given.get("baseline"),
            **{name: given[name] for name in _COMMON if name in given},
        )
    _print(found, output)


def from_predictions(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of a file of predictions."""
    from smtune.predictions import diagnose_predictions, read_predictions

    with in_terms_of_options():
        found = diagnose_predictions(
            read_predictions(given["predictions"]),
            metric=given.get("metric", "error"),
            human_error=people_of(given),
            baseline_error=given.get("baseline"),
            **{name: given[name] for name in _COMMON if name in given},
        )
    _print(found, output)


def from_job(job: str, target: Any, given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of the best training job of a tuning job."""
    from smtune.cli.reported import print_corroborations
    from smtune.cli.sessions import session_for
    from smtune.history.text import render as tell
    from smtune.recall import lessons_of
    from smtune.results import pull
    from smtune.run import report

    with in_terms_of_options():
        known = known_from(given)
    with session_for(job, target) as session, in_terms_of_options():
        found = report(session, job, known)
        lessons = lessons_of(session, pull(session, job))
    if found.diagnosis is None or found.best is None:
        message = "; ".join(found.notes) or f"{job} has no completed training job; see: smtune results {job}"
        raise JobError(message)
    if output == "json":
        names = {"tuning_job_name": job, "training_job_name": found.best.name}
        taught = [each.to_dict() for each in lessons]
        seen = {"corroborations": [each.to_dict() for each in found.corroborations], "lessons": taught}
        print_json({**names, **found.diagnosis.to_dict(), **seen, "notes": list(found.notes)})
        return
    click.echo(f"Best training job {found.best.name} of {job}\n")
    click.echo(render(found.diagnosis).rstrip())
    print_corroborations(found)
    click.echo()
    for lesson in lessons:
        click.echo(tell(lesson).rstrip())
    click.echo(f"\nThe next spec: smtune suggest {job}")
    for note in found.notes:
        click.echo(f"\nnote: {note}")


def _print(diagnosis: Diagnosis, output: str) -> None:
    if output == "json":
        print_json(diagnosis.to_dict())
    else:
        click.echo(render(diagnosis), nl=False)
