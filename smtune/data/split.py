"""A table -> train, validation and test, as the spec says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from smtune.data.complaint import complaint, no_column
from smtune.data.csv_rows import open_rows
from smtune.data.cut import cut_rows
from smtune.errors import shown
from smtune.spec import Table


def read_table(path: Path, *, delimiter: str = ",") -> pd.DataFrame:
    """A CSV file with a header, as text: nothing is taken for a number or a missing value, so nothing changes.

    Raises SpecError for a file that is not one.
    """
    with open_rows(path, delimiter=delimiter) as rows:
        frame = _frame(path, rows)
    if frame.empty:
        raise complaint("data.source", f"{path} has no rows", "give a CSV file with a header and rows")
    return frame


def _frame(path: Path, reader: Any) -> pd.DataFrame:
    header: list[str] = next(reader, [])
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise complaint("data.source", f"{path} has more than one column {shown(repeated[0])}", "rename one of them")
    rows = []
    for row in reader:
        if row and len(row) != len(header):
            message = f"{path}:{reader.line_num}: {len(row)} fields under a header of {len(header)}"
            raise complaint("data.source", message, "mend the row, or quote what holds a comma")
        if row:
            rows.append(row)
    return pd.DataFrame(rows, columns=header)


def split_table(frame: pd.DataFrame, table: Table) -> dict[str, pd.DataFrame]:
    """`train`, `validation` and, if its share is above 0, `test`; the same rows for the same seed.

    Raises SpecError where a column is missing, or there is too little of something for every part to have its share.
    """
    if table.label not in frame.columns:
        raise no_column(table.label, frame.columns, "data.label")
    return {name: frame.iloc[rows] for name, rows in cut_rows(frame, table.split).items()}


def lay_out_table(frame: pd.DataFrame, table: Table, *, label_first: bool) -> str:
    """The part as CSV text: `label-first` has no header and the label in column 0, else as in the source.

    `label-first` has no group and no time either: they say where a row goes, and no built-in algorithm reads a name
    or a date.
    """
    if not label_first:
        return frame.to_csv(index=False)
    return frame[first_columns(frame.columns, table)].to_csv(index=False, header=False)


def first_columns(columns: Iterable[str], table: Table) -> list[str]:
    """The columns of the `label-first` layout, in its order."""
    return [table.label, *(name for name in columns if name not in (table.label, table.split.group, table.split.time))]
