"""Values -> text. Data goes to stdout, progress and remarks to stderr; colour and live tables only on a terminal."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDEST = 1000
_LONGEST_CELL = 160


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end the process with 1; the boundary knows better


def console(stream: TextIO, *, width: int | None = None) -> Console:
    """A rich console, plain unless `stream` is a terminal that wants more (NO_COLOR, CI and TERM=dumb do not)."""
    fancy = stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    columns = width or (None if fancy else 110)
    return _Console(file=stream, force_terminal=fancy, no_color=not fancy or None, width=columns, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout; times are ISO 8601."""
    click.echo(json.dumps(value, indent=2, default=_plain, allow_nan=False))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Iterable[str] = ()) -> None:
    """A table on stdout; the columns named in `numbers` stand at the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    right = set(numbers)
    for heading in headings:
        table.add_column(Text(heading), justify="right" if heading in right else "left", no_wrap=True)
    for row in rows:
        # Text: what stands in brackets is not for rich to read.
        table.add_row(*(Text(_cut(show(cell))) for cell in row))
    # As wide as its contents: a name that is folded cannot be copied.
    console(sys.stdout, width=_WIDEST).print(table, crop=False)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 3]}..."


def print_pairs(pairs: Mapping[str, Any]) -> None:
    """Names and values, a line each, on stdout."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        click.echo(f"{name:<{width}}  {show(value)}")


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
    if seconds is None:
        return "?"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"
