"""Report data -> JSON: what the other formats show, as values."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from smtune.reporting.model import ReportData
from smtune.rules.discreet import conceal


def to_json(data: ReportData) -> str:
    """One object; times are UTC ISO 8601, unknown numbers null."""
    return json.dumps(to_dict(data), indent=2, allow_nan=False) + "\n"


def to_dict(data: ReportData) -> dict[str, Any]:
    """The values behind the report."""
    plain = dataclasses.asdict
    found = {
        "schema_version": 1,
        "report": _outcome(data),
        "training_jobs": [plain(row) for row in data.rows],
        "hyperparameters": [plain(axis) for axis in data.axes],
        "importance": [plain(bar) for bar in data.importance] or None,
        "lessons": [plain(lesson) for lesson in data.lessons],
        "ladder": None if data.ladder is None else plain(data.ladder),
        "learning_curves": [plain(curve) for curve in data.curves],
        "cost": data.spending.to_dict(),
        "failures": None if data.triage is None else data.triage.to_dict(),
        "comparison": None if data.comparison is None else data.comparison.to_dict(),
        "provenance": plain(data.origin),
        "notes": list(data.notes),
    }
    return {name: _finite(value) for name, value in found.items()}


def _finite(value: Any) -> Any:
    """JSON has no numbers that are infinite, or none."""
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _outcome(data: ReportData) -> dict[str, Any]:
    """As `smtune run -o json` prints it, without what looks like a secret."""
    found = data.outcome.to_dict()
    if found["best"] is not None:
        found["best"]["static_hyperparameters"] = conceal(found["best"]["static_hyperparameters"])
    return found
