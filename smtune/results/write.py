"""A table of results as a file's bytes."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from smtune.errors import ConfigurationError
from smtune.results.table import METRIC_PREFIX, PREFIX

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["csv", "json", "parquet"]
_ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"
_GROUPS = {"hyperparameters": PREFIX, "metrics": METRIC_PREFIX}


def as_bytes(frame: pd.DataFrame, form: Form) -> bytes:
    """The whole table; times as ISO 8601 in UTC. Raises ConfigurationError where Parquet needs a package."""
    if form == "csv":
        return frame.to_csv(index=False, date_format=_ISO).encode()
    if form == "json":
        return (json.dumps(rows(frame), indent=2, default=_plain, allow_nan=False) + "\n").encode()
    if find_spec("pyarrow") is None:
        message = "Parquet needs the package pyarrow: pip install 'smtune[parquet]', or take -o csv"
        raise ConfigurationError(message)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, engine="pyarrow")
    return buffer.getvalue()


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON: hyperparameters and metrics in objects of their own, null for what is missing or no number."""
    columns = list(frame.columns)
    plain = frame.astype(object).where(frame.notna(), None)
    found = [dict(zip(columns, row, strict=True)) for row in plain.itertuples(index=False, name=None)]
    is_of_jobs = "objective" in columns
    return [_nested(_finite(row)) if is_of_jobs else _finite(row) for row in found]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    # JSON has no infinity, and a metric may be that.
    return {name: str(value) if value in {float("inf"), float("-inf")} else value for name, value in row.items()}


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if not name.startswith(tuple(_GROUPS.values()))}
    groups = {
        group: {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
        for group, prefix in _GROUPS.items()
    }
    return own | groups


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
