"""All that a tuning job has found -> a row for each training job, in plain values."""

from __future__ import annotations

import math
from typing import Any

from smtune.reporting.model import Row, Value
from smtune.results import PREFIX, Trials


def rows_of(trials: Trials) -> tuple[Row, ...]:
    """In the order in which the training jobs were created."""
    frame = trials.frame
    plain = frame.astype(object).where(frame.notna(), None)
    tuned = [column for column in plain.columns if column.startswith(PREFIX)]
    return tuple(_row(number, item, tuned) for number, item in enumerate(plain.to_dict("records"), start=1))


def _row(number: int, item: dict[Any, Any], tuned: list[str]) -> Row:
    return Row(
        number=number,
        name=str(item["name"]),
        status=str(item["status"]),
        objective=_finite(item["objective"]),
        seconds=_finite(item["seconds"]),
        values={name.removeprefix(PREFIX): _plain(item[name]) for name in tuned if item[name] is not None},
        definition=str(item["definition"] or ""),
        is_early=item["status"] == "Stopped",
    )


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        return value
    number = float(value)
    return int(value) if number.is_integer() and not isinstance(value, float) else number
