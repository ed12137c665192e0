"""Where a diagnosis comes from, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from smtune.cli.diagnose import renamed
from smtune.cli.text import print_json
from smtune.diagnosis import Diagnosis, Group, diagnose, diagnose_metrics
from smtune.diagnosis.text import render
from smtune.errors import JobError, UsageError

_COMMON = ("algorithm", "one_pool", "jobs", "confidence")


def from_errors(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of error rates."""
    names = ("train_error", "validation_error", "test_error", "train_dev_error", "floor", *_COMMON)
    with _in_terms_of_options():
        found = diagnose(human_error=_people(given), **{name: given[name] for name in names if name in given})
    _print(found, output)


def from_values(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of a metric's values."""
    values = {name: given[name] for name in ("train", "train_dev", "validation", "test") if name in given}
    with _in_terms_of_options():
        found = diagnose_metrics(
            values,
            metric=given["metric"],
            human_error=_people(given),
            baseline_error=given.get("baseline"),
            **{name: given[name] for name in _COMMON if name in given},
        )
    _print(found, output)


def from_predictions(given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of a file of predictions."""
    from smtune.predictions import diagnose_predictions, read_predictions

    with _in_terms_of_options():
        found = diagnose_predictions(
            read_predictions(given["predictions"]),
            metric=given.get("metric", "error"),
            human_error=_people(given),
            baseline_error=given.get("baseline"),
            **{name: given[name] for name in _COMMON if name in given},
        )
    _print(found, output)


def from_job(job: str, target: Any, given: Mapping[str, Any], output: str) -> None:
    """Print the diagnosis of the best training job of a tuning job."""
    from smtune.cli.sessions import session_for
    from smtune.examine import Known
    from smtune.history.text import render as tell
    from smtune.recall import lessons_of
    from smtune.results import pull
    from smtune.run import report

    with _in_terms_of_options():
        known = Known(
            human_error=_people(given),
            baseline=given.get("baseline"),
            metrics=_by_set("--metric-name", given.get("metric_name", ())),
            rows={name: _count(rows) for name, rows in _by_set("--rows", given.get("rows", ())).items()},
            one_pool=given.get("one_pool"),
            confidence=given.get("confidence"),
        )
    with session_for(job, target) as session, _in_terms_of_options():
        found = report(session, job, known)
        lessons = lessons_of(session, pull(session, job))
    if found.diagnosis is None or found.best is None:
        message = "; ".join(found.notes) or f"{job} has no completed training job; see: smtune results {job}"
        raise JobError(message)
    if output == "json":
        names = {"tuning_job_name": job, "training_job_name": found.best.name}
        taught = [each.to_dict() for each in lessons]
        print_json({**names, **found.diagnosis.to_dict(), "lessons": taught, "notes": list(found.notes)})
        return
    click.echo(f"Best training job {found.best.name} of {job}\n")
    click.echo(render(found.diagnosis))
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


@contextmanager
def _in_terms_of_options() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        raise UsageError(renamed(str(error))) from None


def _people(given: Mapping[str, Any]) -> Any:
    """Human level as one error, or the groups of people."""
    groups = given.get("human", ())
    if groups and "human_error" in given:
        message = "give human_error, or --human for each of several groups, not both"
        raise UsageError(message)
    pairs = [_pair("--human", text, "team=0.5%/400") for text in groups]
    return [Group(label, error) for label, error in pairs] or given.get("human_error")


def _by_set(option: str, texts: Sequence[str]) -> dict[str, str]:
    found = dict(_pair(option, text, "validation=...") for text in texts)
    unknown = [name for name in found if name not in ("train", "validation", "test")]
    if unknown:
        message = f"{option} names {unknown[0]!r}; the sets are train, validation and test"
        raise UsageError(message)
    return found


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name.strip() and sign and value.strip()):
        message = f"{option} is {text!r}; write it as {example}"
        raise UsageError(message)
    return name.strip(), value.strip()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        message = f"--rows has {text!r}; give a whole number above 0, as in validation=1500"
        raise UsageError(message)
    return int(text)
