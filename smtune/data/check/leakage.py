"""Two sets: rows, groups and times that stand in both, so that a good score there says less than it seems to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smtune.data.check.model import DataFinding, Positions, Sheet, plural
from smtune.data.check.names import Keys
from smtune.data.times import read_times
from smtune.errors import SpecError, listed, shown

_EXAMPLES = 3


@dataclass(frozen=True)
class Repeated:
    """Positions of rows in one set."""

    rows: Positions
    """Copies of an earlier row."""
    contradicting: Positions
    """Equal to an earlier row in everything but the label."""


def repeated_rows(sheet: Sheet) -> Repeated:
    """What a set has twice."""
    rows = _later(sheet.rows)
    if sheet.label is None:
        return Repeated(rows, np.array([], np.int64))
    # Of each distinct row the first; among those, what is not the first of its inputs has another label.
    distinct = np.setdiff1d(np.arange(len(sheet.rows)), rows)
    return Repeated(rows, distinct[_later(sheet.inputs[distinct])])


def _later(hashes: Positions) -> Positions:
    """The positions of what was there before."""
    _, first = np.unique(hashes, return_index=True)
    is_later = np.ones(len(hashes), bool)
    is_later[first] = False
    return np.flatnonzero(is_later)


def check_shared_rows(known: Sheet, held: Sheet) -> Iterator[DataFinding]:
    """Rows of `held` that stand in `known` too: the same, and the same with another label."""
    same = np.flatnonzero(np.isin(held.rows, known.rows))
    inputs = np.flatnonzero(np.isin(held.inputs, known.inputs))
    # A row that is there with the same label is no contradiction, even if it is there with another one as well.
    other = np.setdiff1d(inputs, same)
    fix = f"remove them from {known.name}, or split again with copies removed first"
    for check, found, what in (
        ("shared-rows", same, f"found in {known.name} too: the model has seen the answer"),
        ("shared-inputs", other, f"found in {known.name} too, with another label"),
    ):
        if len(found):
            share = f"{100 * len(found) / len(held.rows):.2g} %"
            yield DataFinding(
                check=check,
                severity="warning",
                channel=f"{known.name}, {held.name}",
                place=held.place(found[0]),
                message=f"{plural(len(found), 'row')} of {held.name} ({share}) {what}{_partly(known, held)}",
                fix=fix,
                count=len(found),
                examples=tuple(_pair(known, held, row, by_row=check == "shared-rows") for row in found[:_EXAMPLES]),
            )


def _pair(known: Sheet, held: Sheet, row: int, *, by_row: bool) -> str:
    ours, theirs = (held.rows, known.rows) if by_row else (held.inputs, known.inputs)
    twin = int(np.flatnonzero(theirs == ours[row])[0])
    return f"{held.place(row)} = {known.place(twin)}"


def _partly(*sheets: Sheet) -> str:
    return "" if all(sheet.is_whole for sheet in sheets) else "; more may do so among the rows not looked at"


def check_shared_groups(known: Sheet, held: Sheet, keys: Keys) -> Iterator[DataFinding]:
    """Groups with rows in both sets."""
    column = _column(known, held, keys.group)
    if column is None:
        return
    shared = sorted(set(known.keys[column]) & set(held.keys[column]))
    if not shared:
        return
    inside = set(shared)
    rows = [index for index, value in enumerate(held.keys[column]) if value in inside]
    few = listed(map(shown, shared), 3)
    yield DataFinding(
        check="shared-groups",
        severity="warning",
        channel=f"{known.name}, {held.name}",
        place=held.place(rows[0]),
        message=f"{plural(len(shared), 'group')} of {column} ({few}) with rows in {known.name} and in {held.name}: "
        f"{plural(len(rows), 'row')} of {held.name}{_partly(known, held)}",
        fix=f"split with group: {column}, so that a model is measured on groups it has not seen",
        count=len(shared),
        examples=tuple(held.place(row) for row in rows[:_EXAMPLES]),
    )


def check_times(known: Sheet, held: Sheet, keys: Keys) -> Iterator[DataFinding]:
    """Rows of `held` that are not later than all of `known`."""
    column = _column(known, held, keys.time)
    if column is None:
        return
    try:
        # Together, so that both are numbers or both are dates.
        moments = _moments((*known.keys[column], *held.keys[column]), column)
    except SpecError as error:
        problem = error.problems[0]
        yield DataFinding(
            "unreadable-time", "error", f"{known.name}, {held.name}", column, problem.message, problem.fix
        )
        return
    before, after = moments[: len(known.rows)], moments[len(known.rows) :]
    early = np.flatnonzero(after <= before.max())
    if len(early):
        newest = known.keys[column][int(before.argmax())]
        yield DataFinding(
            check="shared-time",
            severity="warning",
            channel=f"{known.name}, {held.name}",
            place=held.place(early[0]),
            message=f"{plural(len(early), 'row')} of {held.name} not later than the newest of {known.name} "
            f"({column} {shown(newest)}): the model knows their future",
            fix=f"split with time: {column}",
            count=len(early),
            examples=tuple(held.place(row) for row in early[:_EXAMPLES]),
        )


def _moments(values: tuple[str, ...], column: str) -> Positions:
    import pandas as pd

    found: Positions = read_times(pd.Series(values, name=column, dtype=str), "data.split.time").to_numpy()
    return found


def _column(known: Sheet, held: Sheet, wanted: str | None) -> str | None:
    """The name of a key's column, where both sets have it."""
    if wanted is None:
        return None
    named = {wanted, f"column {wanted}"}
    return next((name for name in known.keys if name in named and name in held.keys), None)
