"""smtune cost JOB: what a tuning job has cost, beside its estimate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, prices_of, prices_option, target_option


@click.command(short_help="What a tuning job has cost.")
@click.argument("job")
@target_option
@prices_option
@click.option("--job-minutes", metavar="LOW:LIKELY:HIGH", help="For the estimate: what one training job takes.")
@output_option("table", "json")
def command(job: str, target: Any, price_file: Path | None, job_minutes: str | None, output: str) -> None:
    """Say what JOB has cost so far: billable seconds by instance type, volumes, spot savings, each training job.

    Prices are on demand, from a dated table; discounts and taxes are not known. Beside it stands the estimate that
    `smtune plan` makes of the same request.

    \b
    smtune cost JOB
    smtune cost JOB --prices prices.yaml -o json
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.text import print_json, remark
    from smtune.estimate import parse_minutes
    from smtune.results import pull
    from smtune.results.cost import region_of, spending
    from smtune.session import is_local

    prices = prices_of(price_file)
    minutes = parse_minutes(job_minutes) if job_minutes is not None else None
    with session_for(job, target) as session:
        trials = pull(session, job)
        if is_local(session):
            remark(f"note: {job} ran on this machine and cost nothing; this is what the same seconds cost on AWS")
    spent = spending(trials, prices.tariff(region_of(trials)), minutes)
    if output == "json":
        print_json(spent.to_dict())
    else:
        _print(spent)


def _print(spent: Any) -> None:
    from smtune.cli.table import print_table
    from smtune.cli.text import duration, print_pairs, remark
    from smtune.estimate.money import in_words

    def money(amount: float | None) -> str:
        return "unknown" if amount is None else in_words(amount, spent.currency)

    if spent.jobs:
        rows = [
            (job.name, job.status, _fleet(job), "spot" if job.is_spot else "", duration(job.billable_seconds), job)
            for job in spent.jobs
        ]
        numbers = ("billable", "cost")
        headings = ("training job", "status", "instances", "", *numbers)
        print_table(headings, [(*row[:-1], money(row[-1].money)) for row in rows], numbers=numbers)
        click.echo("")
    pairs = dict(_pairs(spent, money, duration))
    print_pairs(pairs)
    if spent.unknown:
        remark(f"price unknown: {', '.join(spent.unknown)}; give it: --prices FILE")


def _fleet(job: Any) -> str:
    return " + ".join(f"{count} x {kind}" for kind, count in job.instances.items())


def _pairs(spent: Any, money: Any, duration: Any) -> Iterator[tuple[str, str]]:
    yield "tuning job", f"{spent.name}, {spent.status}, {spent.region}"
    for kind, seconds in spent.instance_seconds.items():
        price = spent.prices.get(kind)
        each = f"{price.amount:g} {spent.currency} an hour, as of {price.source.date}" if price else "price unknown"
        yield kind, f"{duration(seconds)} billed, {each}"
    yield "volumes", money(spent.storage)
    if any(job.is_spot for job in spent.jobs):
        yield "spot saved", money(spent.saved)
    yield "total", money(spent.money) + (f" so far, {spent.running} running" if spent.running else "")
    cost = spent.estimate.cost
    if cost is not None:
        most = "no limit" if cost.on_demand.max is None else money(cost.on_demand.max)
        yield "estimate, likely", f"{money(cost.on_demand.likely)}{_deviation(spent.beside('likely'))}"
        yield "estimate, at most", f"{most}{_deviation(spent.beside('max'))}"


def _deviation(share: float | None) -> str:
    if share is None:
        return ""
    return (
        f"; the actual cost is {abs(share):.0%} {'below' if share < 0 else 'above'}"
        if round(share, 2)
        else "; just that"
    )
