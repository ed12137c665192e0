"""The data of a spec, looked at before any of it is sent."""

from __future__ import annotations

from pathlib import Path

from smtune.data.check import check_data
from smtune.errors import Problem, SpecError
from smtune.spec import TuningSpec

_HINT = "; or launch it as it is: --skip-data-check"


def refuse_bad_data(spec: TuningSpec, folder: Path) -> tuple[str, ...]:
    """What should be looked at in the data of `spec`; raises SpecError for what training would fail of."""
    findings = check_data(spec, folder)
    problems = [
        Problem(0, 0, "data", f"{item.place}: {item.message}", f"{item.fix}{_HINT}".removeprefix("; "), item.check)
        for item in findings
        if item.severity == "error"
    ]
    if problems:
        raise SpecError(tuple(problems), source="data")
    return tuple(f"{item.place}: {item.message}" for item in findings if item.severity == "warning")
