"""Values -> text. Data goes to stdout, progress and remarks to stderr."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from smtune.durations import in_words
from smtune.errors import legible

_LONGEST = 10_000


def print_json(value: Any) -> None:
    """One JSON document on stdout; times are ISO 8601."""
    click.echo(json.dumps(value, indent=2, default=_plain, allow_nan=False))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def print_pairs(pairs: Mapping[str, Any]) -> None:
    """Names and values, a line each, on stdout."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        click.echo(f"{name:<{width}}  {legible(show(value), _LONGEST)}")


def remark(text: str) -> None:
    """A line on stderr."""
    click.echo(text, err=True)


def show(value: Any) -> str:
    """A value in a table: numbers to 6 digits, nothing for None."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def near_path(place: str) -> str:
    """A path, from the current folder where it lies below it; a URI as it is."""
    path = Path(place)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else place


def duration(seconds: float | None) -> str:
    """Seconds in words, as in `1 min 20 s`."""
    return "?" if seconds is None else in_words(seconds)
