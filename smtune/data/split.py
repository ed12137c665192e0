"""A table -> train, validation and test, as the spec says."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

import pandas as pd
from sklearn.model_selection import train_test_split

from smtune.errors import Problem, SpecError, shown
from smtune.spec import Split, Table


def read_table(path: Path) -> pd.DataFrame:
    """A CSV file with a header, as text: nothing is taken for a number or a missing value, so nothing changes.

    Raises SpecError for a file that is not one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            frame = _frame(path, stream)
    except FileNotFoundError:
        raise _error("data.source", f"there is no file {path}", "paths are relative to the spec's folder") from None
    except (ValueError, OSError, csv.Error) as error:
        raise _error("data.source", f"cannot read {path} as CSV: {error}", "give a CSV file with a header") from None
    if frame.empty:
        raise _error("data.source", f"{path} has no rows", "give a CSV file with a header and rows")
    return frame


def _frame(path: Path, stream: TextIO) -> pd.DataFrame:
    reader = csv.reader(stream, strict=True)
    header = next(reader, [])
    repeated = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    if repeated:
        raise _error("data.source", f"{path} has more than one column {shown(repeated[0])}", "rename one of them")
    rows = []
    for row in reader:
        if row and len(row) != len(header):
            message = f"{path}:{reader.line_num}: {len(row)} fields under a header of {len(header)}"
            raise _error("data.source", message, "mend the row, or quote what holds a comma")
        if row:
            rows.append(row)
    return pd.DataFrame(rows, columns=header)


def split_table(frame: pd.DataFrame, table: Table) -> dict[str, pd.DataFrame]:
    """`train`, `validation` and, if its share is above 0, `test`; the same rows for the same seed.

    Raises SpecError where a column is missing, or a class is too small to be in every part.
    """
    split = table.split
    _require(frame, table.label, "data.label")
    if split.stratify is not None:
        _require(frame, split.stratify, "data.split.stratify")
    validation, test = _sizes(len(frame), split)
    if split.test == 0:
        train, held = _cut(frame, validation, split)
        return {"train": train, "validation": held}
    rest, held_out = _cut(frame, test, split)
    train, held = _cut(rest, validation, split)
    return {"train": train, "validation": held, "test": held_out}


def lay_out_table(frame: pd.DataFrame, table: Table, *, label_first: bool) -> str:
    """The part as CSV text: `label-first` has no header and the label in column 0, else as in the source."""
    if not label_first:
        return frame.to_csv(index=False)
    columns = [table.label, *(column for column in frame.columns if column != table.label)]
    return frame[columns].to_csv(index=False, header=False)


def _sizes(rows: int, split: Split) -> tuple[int, int]:
    """Rows of validation and test: each part is less than one row away from its share."""
    ends = [round(rows * split.train), round(rows * (split.train + split.validation)), rows]
    sizes = [ends[0], ends[1] - ends[0], ends[2] - ends[1]]
    if min(sizes[: 3 if split.test > 0 else 2]) < 1:
        raise _error("data.split", f"{rows} rows are too few for these shares", "give more rows, or a larger share")
    return sizes[1], sizes[2]


def _cut(frame: pd.DataFrame, rows: int, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    classes = None if split.stratify is None else frame[split.stratify]
    try:
        kept, cut = train_test_split(frame, test_size=rows, random_state=split.seed, stratify=classes)
    except ValueError as error:
        fix = "stratify by a column with few values that each stand in several rows, or leave stratify out"
        raise _error("data.split", f"cannot split {len(frame)} rows: {error}", fix) from None
    return kept, cut


def _require(frame: pd.DataFrame, column: str, path: str) -> None:
    if column not in frame.columns:
        names = ", ".join(map(str, frame.columns[:12])) + (", ..." if len(frame.columns) > 12 else "")
        raise _error(path, f"there is no column {column!r}", f"the columns are: {names}")


def _error(path: str, message: str, fix: str) -> SpecError:
    return SpecError((Problem(0, 0, path, message, fix),), source="data")
