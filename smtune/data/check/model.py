"""What a look at the data finds, and what was looked at: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.errors import legible

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_LONGEST = 600
Positions = npt.NDArray[np.int64]
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})
"""What a cell holds, in small letters, where a value is missing."""


@dataclass(frozen=True)
class DataFinding:
    """One thing that was found in the data."""

    check: str
    """What kind of thing, as in `ragged-rows`; stays the same from version to version."""
    severity: Severity
    """`error`: training fails, or cannot mean anything. `warning`: look at it. `note`: good to know."""
    channel: str
    """The set it is in, as in `train`; two of them as in `train, validation`; empty for the data as a whole."""
    place: str
    """`file:line` of the first one, a column, or the channel."""
    message: str
    fix: str
    count: int | None = None
    """How many rows, cells or columns."""
    examples: tuple[str, ...] = ()
    """The first few places, as `file:line`."""

    def describe(self) -> str:
        """`severity: place: message`, then in lines of their own the further places and the fix."""
        others = [example for example in self.examples if example != self.place]
        also = "" if any(" = " in example for example in others) else "also "
        lines = [
            f"{self.severity}: {self.place}: {self.message}",
            f"{also}{', '.join(others)}" if others else "",
            self.fix,
        ]
        return "\n    ".join(legible(line, _LONGEST) for line in lines if line)

    def as_record(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        names = ("check", "severity", "channel", "place", "message", "fix", "count")
        return {name: getattr(self, name) for name in names} | {"examples": list(self.examples)}


@dataclass(frozen=True)
class Seen:
    """How often a value is in a set, and where first."""

    count: int
    first: int
    """The position of the first row that has it."""


@dataclass(frozen=True)
class Sheet:
    """The rows of one set as far as they were read: a fingerprint of each, the cells of a sample."""

    name: str
    """The channel or part: `train`, `validation`, `test`."""
    columns: tuple[str, ...]
    label: str | None
    """The column to predict; None where none is known."""
    rows: Positions
    """A hash for each row that was read."""
    inputs: Positions
    """A hash of the same row without its label."""
    files: tuple[str, ...]
    file_of: Positions
    """The index in `files` for each row."""
    line_of: Positions
    """Its line, from 1."""
    sample: pd.DataFrame
    """The cells of at most some thousands of rows, as text."""
    sample_rows: Positions
    """The positions of these rows, ascending."""
    labels: Mapping[str, Seen] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the group's and the time's column: the value of each row that was read."""
    is_whole: bool = True
    """Whether every row was read."""

    def place(self, row: int) -> str:
        """`file:line` of a row."""
        return f"{self.files[int(self.file_of[row])]}:{int(self.line_of[row])}"

    @property
    def features(self) -> tuple[str, ...]:
        """The columns but the label, the group and the time."""
        return tuple(name for name in self.columns if name != self.label and name not in self.keys)


@dataclass(frozen=True)
class Look:
    """How much of a set was looked at."""

    channel: str
    files: int
    bytes: int
    rows: int
    """Rows that were read."""
    is_whole: bool
    """Whether these are all rows."""

    def as_record(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        whole = {"rows_looked_at": self.rows, "complete": self.is_whole}
        return {"channel": self.channel, "files": self.files, "bytes": self.bytes, **whole}


def plural(count: int, noun: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
