"""The table of a tuning job's training jobs (`smtune.results.training_jobs`) -> trials, as plain data."""

from __future__ import annotations

from typing import Any

from smtune.results import PREFIX
from smtune.revise.model import Trial

_ALGORITHM = "definition"
"""The column that names the algorithm, in a tuning job of several."""


def trials_of(frame: Any) -> tuple[Trial, ...]:
    """A trial for each row of the DataFrame; a missing value is left out."""
    plain = frame.astype(object).where(frame.notna(), None)
    return tuple(_trial(row) for row in plain.to_dict("records"))


def _trial(row: dict[str, Any]) -> Trial:
    tuned = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX)}
    return Trial(
        hyperparameters={name: _scalar(value) for name, value in tuned.items() if value is not None},
        objective=None if row["objective"] is None else float(row["objective"]),
        status=str(row["status"]),
        algorithm=row.get(_ALGORITHM) or None,
    )


def _scalar(value: Any) -> Any:
    """A Python value, whatever the library of the column."""
    return value.item() if hasattr(value, "item") else value
