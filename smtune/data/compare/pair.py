"""Two sets as they were read -> one table each, with columns of the same names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from smtune.data.check.model import plural
from smtune.data.check.names import find_column
from smtune.data.compare.model import Side
from smtune.errors import UsageError, listed, shown

_MOST_CELLS = 1_200_000
_LEAST_ROWS = 2_000
_NAMED = 12
_COPIES, _LEAST_COPIES = 0.05, 10


@dataclass(frozen=True)
class Rows:
    """The cells of one set, as text."""

    name: str
    frame: pd.DataFrame
    read: int
    """How many rows were read; the frame may be a sample of them."""
    is_whole: bool
    fingerprints: np.ndarray
    """A hash of each row that was read."""
    is_numbered: bool = False
    """Whether the columns have numbers for names."""

    def side(self) -> Side:
        """What is told of it."""
        return Side(self.name, self.read, len(self.frame), self.is_whole)


@dataclass(frozen=True)
class Pair:
    """Both sets, their columns matched."""

    a: Rows
    b: Rows
    label: str | None
    shared: tuple[str, ...]
    """The columns that both have, but the group."""
    notes: tuple[str, ...]


def pair_of(a: Rows, b: Rows, label: str | None, group: str | None, seed: int) -> Pair:
    """Match the columns, take one row of each group, and a sample where there is much.

    Raises UsageError for a label or a group that neither has, and where no column is in both.
    """
    a, b, notes = _named_alike(a, b)
    shared = tuple(column for column in a.frame.columns if column in b.frame.columns)
    if not shared:
        message = f"{a.name} and {b.name} have no column in common: {_names(a)} and {_names(b)}"
        raise UsageError(message)
    label, group = (_wanted(option, column, (a, b)) for option, column in (("label", label), ("group", group)))
    if group is not None:
        notes = [*notes, *(_thinned(rows, group) for rows in (a, b))]
        a, b = (_one_of_each(rows, group, seed) for rows in (a, b))
    most = max(_LEAST_ROWS, _MOST_CELLS // (2 * len(shared)))
    a, b = (_sampled(rows, most, seed) for rows in (a, b))
    return Pair(a, b, label, tuple(column for column in shared if column != group), tuple(notes))


def _named_alike(a: Rows, b: Rows) -> tuple[Rows, Rows, list[str]]:
    """Columns without names get those of the other set, if there are as many."""
    if a.is_numbered == b.is_numbered or len(a.frame.columns) != len(b.frame.columns):
        return a, b, []
    named, numbered = (b, a) if a.is_numbered else (a, b)
    renamed = replace(numbered, frame=numbered.frame.set_axis(named.frame.columns, axis=1))
    note = f"{numbered.name} has no header: its columns are taken in the order of {named.name}"
    return (renamed, b, [note]) if a.is_numbered else (a, renamed, [note])


def _wanted(option: str, column: str | None, sets: Sequence[Rows]) -> str | None:
    if column is None:
        return None
    for rows in sets:
        columns = tuple(rows.frame.columns)
        place = find_column(columns, column)
        if place is None and not (option == "label" and len(sets) > 1 and rows is sets[1]):
            message = f"--{option}: {rows.name} has no column {shown(column)}"
            raise UsageError(f"{message}\n    the columns are: {_names(rows)}")
    columns = tuple(sets[0].frame.columns)
    place = find_column(columns, column)
    return None if place is None else columns[place]


def _names(rows: Rows) -> str:
    return listed(map(str, rows.frame.columns), _NAMED)


def _thinned(rows: Rows, group: str) -> str:
    groups = rows.frame[group].nunique()
    return f"{rows.name}: one row of each {group}, {groups:,} of {plural(len(rows.frame), 'row')}"


def _one_of_each(rows: Rows, group: str, seed: int) -> Rows:
    """One row of each group, any: rows of a group are no independent evidence."""
    shuffled = rows.frame.sample(frac=1, random_state=seed)
    kept = shuffled.drop_duplicates(group).sort_index()
    return replace(rows, frame=kept.reset_index(drop=True))


def _sampled(rows: Rows, most: int, seed: int) -> Rows:
    if len(rows.frame) <= most:
        return rows
    frame = rows.frame.sample(most, random_state=seed).sort_index().reset_index(drop=True)
    return replace(rows, frame=frame)


def copies(pair: Pair) -> Iterator[str]:
    """Notes on rows that stand in both sets, or twice in one: they are no independent evidence."""
    known, held = (set(rows.fingerprints.tolist()) for rows in (pair.a, pair.b))
    if all(_repeats_by_nature(rows) for rows in (pair.a, pair.b)):
        return
    for rows, distinct in ((pair.a, known), (pair.b, held)):
        again = rows.read - len(distinct)
        if again >= max(_LEAST_COPIES, _COPIES * rows.read):
            yield f"{plural(again, 'row')} of {rows.name} ({again / rows.read:.0%}) repeat another one of it"
    if list(pair.a.frame.columns) == list(pair.b.frame.columns):
        both = sum(1 for each in pair.b.fingerprints.tolist() if each in known)
        if both >= max(_LEAST_COPIES, _COPIES * pair.b.read):
            yield f"{plural(both, 'row')} of {pair.b.name} ({both / pair.b.read:.0%}) found in {pair.a.name} too"


def _repeats_by_nature(rows: Rows) -> bool:
    """Whether no column has many values: then equal rows are nothing strange."""
    return int(rows.frame.nunique().max()) < len(rows.frame) / 10
