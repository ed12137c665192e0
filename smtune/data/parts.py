"""What a table was split into, as values: files, their rows, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class PartFile:
    """One part of a split table."""

    name: str
    file: Path
    rows: int
    share: float
    """Of all rows."""
    asked: float
    """The share that was asked for."""
    classes: Mapping[str, int] | None = None
    """Rows by class; None without a column of classes."""
    groups: int | None = None
    first: str | None = None
    """The oldest time in it, as it stands in the table."""
    last: str | None = None
    """The newest."""


@dataclass(frozen=True)
class SplitFiles:
    """What a split made."""

    source: Path
    folder: Path
    format: str
    rows: int
    how: Literal["random", "stratified", "group", "time"]
    column: str | None
    """The column whose mix is kept, whose groups stay together, or whose order decides; None where chance does."""
    classes_of: str | None
    """The column of classes that is counted."""
    parts: tuple[PartFile, ...]
    notes: tuple[str, ...]
    unchanged: bool
    """Whether the same files stood there before."""


def as_record(made: SplitFiles) -> dict[str, Any]:
    """What a split made, as plain values; the keys stay as they are from version to version."""
    parts = [
        {"name": part.name, "file": str(part.file), "rows": part.rows, "share": part.share, "asked": part.asked}
        | {"classes": part.classes, "groups": part.groups, "first": part.first, "last": part.last}
        for part in made.parts
    ]
    names = ("format", "rows", "how", "column", "classes_of", "unchanged")
    return {
        "schema_version": 1,
        "source": str(made.source),
        "folder": str(made.folder),
        **{name: getattr(made, name) for name in names},
        "parts": parts,
        "notes": list(made.notes),
    }
