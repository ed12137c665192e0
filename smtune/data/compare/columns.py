"""The tests of all columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smtune.data.check.two_samples import Difference
from smtune.data.compare.kinds import Column, looks_like, test_of
from smtune.data.compare.model import ColumnDifference

APART = 0.99
"""A column of at least this distance tells A from B by itself."""
_MOST_NEW = 50


@dataclass(frozen=True)
class Tested:
    """A column and what its test found."""

    column: Column
    found: Difference


def test_columns(columns: Sequence[Column]) -> list[Tested]:
    """Of each column in which there is anything to compare."""
    tested = [(column, test_of(column)) for column in columns]
    return [Tested(column, found) for column, found in tested if found is not None]


def described(tested: Tested, p: float, label: str | None, alpha: float) -> ColumnDifference:
    """What is told of one column, given its corrected p."""
    column, found = tested.column, tested.found
    new, rows = _new_values(column)
    return ColumnDifference(
        column=column.name,
        is_label=column.name == label,
        kind="missing" if found.kind == "missing" else column.kind,
        p=p,
        effect=found.effect,
        words=found.words,
        a=found.ours,
        b=found.theirs,
        missing_a=float((column.a == "").mean()),
        missing_b=float((column.b == "").mean()),
        new_values=new,
        new_rows=rows,
        looks_like=looks_like(column),
        differs=p < alpha,
    )


def _new_values(column: Column) -> tuple[tuple[str, ...], int]:
    """Classes that only B has, and in how many of its rows."""
    if column.kind != "classes":
        return (), 0
    new = column.b[(column.b != "") & ~column.b.isin(set(column.a))]
    return tuple(map(str, new.value_counts().index[:_MOST_NEW])), len(new)
