"""A plan from the command line: of this machine's configuration, or of what AWS says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.cli.options import prices_of
from smtune.cli.text import print_json
from smtune.compare import differences
from smtune.config import load_configuration
from smtune.draft import DraftOptions, draft, read_other, site_from
from smtune.errors import SpecError
from smtune.estimate import parse_minutes
from smtune.plan.document import PlanDocument
from smtune.rules.discreet import discreet
from smtune.spec.source import Layers
from smtune.validate import check_file
from smtune.where import Where


@dataclass(frozen=True)
class Drafted:
    """A plan, and what AWS says to it."""

    document: PlanDocument
    options: DraftOptions
    checks: tuple[Any, ...] = ()
    """`smtune.preflight.Check` each; empty without --online."""


def draft_with(layers: Layers, options: Mapping[str, Any]) -> Drafted:
    """Draft the plan of a spec. Raises SpecError; with --online also ConfigurationError and ServiceError."""
    minutes = parse_minutes(options["job_minutes"]) if options["job_minutes"] is not None else None
    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)
    prices = prices_of(options["price_file"])
    if options["online"]:
        from smtune.cli.online import draft_online

        document, chosen, checks = draft_online(layers, options, DraftOptions(prices=prices, minutes=minutes))
        return Drafted(document, chosen, checks)
    configuration = load_configuration(Where(None, **options["reach"]), options["place"])
    chosen = DraftOptions(site_from(configuration), prices, minutes, configuration)
    return Drafted(draft(layers, chosen), chosen)


def print_plan(found: Drafted, output: str) -> None:
    """The plan on stdout, and what AWS says to it."""
    if output == "json":
        checks = {"checks": [check.to_dict() for check in found.checks]} if found.checks else {}
        print_json(found.document.to_dict() | checks)
        return
    from smtune.cli import planned

    planned.print_plan(found.document)
    if found.checks:
        from smtune.cli.checks import print_checks

        print_checks(found.checks)


def compare(found: Drafted, options: Mapping[str, Any], output: str) -> bool:
    """Print what differs from the other; whether anything does."""
    other = _other(options["against"], found.options, options["reach"])
    request = found.document.request
    differ = discreet(differences(other, request), other, request)
    if output == "json":
        print_json({"same": not differ, "differences": [item.to_dict() for item in differ]})
    else:
        from smtune.cli.planned import print_differences

        print_differences(differ, options["against"], found.document.source)
    return bool(differ)


def _other(named: str, options: DraftOptions, reach: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request to compare with: of a file if there is one of this name, else of a tuning job."""
    from smtune.naming import is_job_name

    if Path(named).exists() or not is_job_name(named):
        return read_other(Path(named), options)
    from smtune.cli.sessions import session_for
    from smtune.clone.running import read_running

    with session_for(named, Where(None, **reach)) as session:
        return read_running(session, named).request
