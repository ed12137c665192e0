"""Tables on stdout; colour only on a terminal. Apart from `text`, because JSON answers have no use for rich."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from smtune.cli.text import show
from smtune.errors import legible

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
    return legible(" ".join(text.split()), _LONGEST_CELL)
