"""smtune run SPEC --simulate: the search on an objective that costs nothing. Nothing is launched, nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.options import prices_of
from smtune.cli.table import print_table
from smtune.cli.text import duration, print_json, print_pairs, remark
from smtune.config import load_configuration
from smtune.draft import configured, site_from
from smtune.errors import SpecError
from smtune.estimate import JobMinutes, parse_minutes
from smtune.estimate.money import in_words
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.plan import Prepared, plan
from smtune.plan.document import planned_name
from smtune.simulate import Scene, Simulation, read_objective, simulate
from smtune.spec import load_document
from smtune.spec.source import Layers
from smtune.validate import check_file
from smtune.where import Where

_EVERY_SECONDS = 2.0


def play(layers: Layers, options: Mapping[str, Any], output: str) -> str:
    """Simulate a spec and print what its search did; returns the status in which the tuning job ended."""
    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)
    found = _simulation(layers, options)
    if output == "json":
        print_json(found.to_dict())
    else:
        _print(found)
    return found.status


def _simulation(layers: Layers, options: Mapping[str, Any]) -> Simulation:
    said, minutes = options["objective"], options["job_minutes"]
    objective = None if said is None else read_objective(said)
    configuration = load_configuration(Where(None, **options["reach"]), options["place"])
    site, prices = site_from(configuration), prices_of(options["price_file"])
    loaded = load_document(layers)
    try:
        spec = configured(loaded.spec, configuration).spec
        planned = plan(spec, Prepared(), site=site, name=spec.name, prices=prices)
    except SpecError as error:
        raise loaded.placed(error) from None
    known = Store(Settings.from_environment().database) if "WarmStartConfig" in planned.request else None
    scene = Scene(
        source=layers.name,
        tariff=prices.tariff(site.region),
        minutes=JobMinutes() if minutes is None else parse_minutes(minutes),
        objective=objective,
        said=said or "",
        known=known,
        heard=_told_now_and_then(),
    )
    return simulate({**planned.request, "HyperParameterTuningJobName": planned_name(spec.name, planned.request)}, scene)


def _told_now_and_then() -> Any:
    """Tells on stderr how far a long simulation is."""
    last = time.monotonic()

    def heard(begun: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY_SECONDS:
            last = time.monotonic()
            remark(f"simulating: {begun} training jobs so far")

    return heard


def _print(found: Simulation) -> None:
    click.echo(f"SIMULATION of {found.source}: nothing was launched, nothing was trained\n")
    print_pairs(
        {
            "strategy": found.strategy,
            "objective": f"{found.objective['type'].lower()} {found.objective['metric']}",
            "simulated by": found.objective["simulated_by"],
        }
    )
    click.echo("")
    _print_jobs(found)
    click.echo("")
    print_pairs(dict(_summary(found)))
    for note in (*found.notes, *found.assumptions):
        click.echo(f"  - {note}")


def _print_jobs(found: Simulation) -> None:
    names = list(dict.fromkeys(name for job in found.jobs for name in job.hyperparameters))
    several = any(job.definition for job in found.jobs)
    rows = [
        (
            f"{job.number}{'*' if job.number == found.best else ''}",
            *([job.definition] if several else []),
            *(_short(job.hyperparameters.get(name, "")) for name in names),
            duration(job.created),
            duration(job.ended - job.created),
            job.values,
            job.objective,
            job.status.lower() + (f": {job.reason}" if job.reason else ""),
        )
        for job in found.jobs
    ]
    told = ("starts at", "takes", "values", found.objective["metric"])
    print_table(
        ("job", *(["algorithm"] if several else []), *names, *told, "ends"), rows, numbers=("job", *names, *told)
    )


def _short(text: str) -> Any:
    """A number to 6 digits."""
    try:
        return float(text) if not text.lstrip("-").isdecimal() else text
    except ValueError:
        return text


def _summary(found: Simulation) -> list[tuple[str, str]]:
    counts = ", ".join(f"{count} {status.lower()}" for status, count in found.counts.items())
    bill = f"unknown: no price for {', '.join(found.unknown)}; give it: --prices FILE"
    if found.bill is not None:
        amounts = [in_words(amount, found.bill.currency) for amount in (found.bill.on_demand, found.bill.spot_floor)]
        bill = f"{amounts[0]} on demand, {amounts[1]} on spot instances at their best"
    return [
        ("tuning job", f"{found.status}: {found.end}"),
        ("training jobs", f"{len(found.jobs)} ({counts}), {found.at_once} at once at most"),
        ("best", "none" if found.best is None else f"training job {found.best} (*)"),
        ("would take", f"{duration(found.seconds)}, of which {duration(found.billed_seconds)} of training are billed"),
        ("would cost", bill),
    ]
