"""Which columns a check needs to know, by name or, where a file has no header, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """Columns that are more than features; a number counts from 0."""

    label: str | None = None
    group: str | None = None
    time: str | None = None

    def indexes(self, columns: Sequence[str]) -> dict[str, int]:
        """What is named and there: `label`, `group` or `time` -> the index of its column."""
        named = {"label": self.label, "group": self.group, "time": self.time}
        found = {name: find_column(columns, column) for name, column in named.items() if column is not None}
        return {name: index for name, index in found.items() if index is not None}


def find_column(columns: Sequence[str], wanted: str) -> int | None:
    """The index of the column of that name, or of that number; None where there is none."""
    if wanted in columns:
        return columns.index(wanted)
    return int(wanted) if wanted.isdecimal() and int(wanted) < len(columns) else None


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """The same names; a repeated one, or none, is told by its number."""
    first = {name: index for index, name in reversed(list(enumerate(names))) if name}
    return tuple(
        name if first.get(name) == index else f"{name or 'column'} ({index})" for index, name in enumerate(names)
    )
