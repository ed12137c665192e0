"""What is wrong with a table, said at a key of the spec."""

from __future__ import annotations

from collections.abc import Iterable

from smtune.errors import Problem, SpecError

_NAMED = 12


def complaint(path: str, message: str, fix: str) -> SpecError:
    """One problem of the data, at a key of the spec."""
    return SpecError((Problem(0, 0, path, message, fix),), source="data")


def no_column(column: str, columns: Iterable[str], path: str) -> SpecError:
    """The complaint about a column that is not there, with those that are."""
    return complaint(path, f"there is no column {column!r}", known_columns(columns))


def known_columns(columns: Iterable[str]) -> str:
    """What to do about a column that is not there: take one of these."""
    names = list(map(str, columns))
    return f"the columns are: {', '.join(names[:_NAMED])}{', ...' if len(names) > _NAMED else ''}"
