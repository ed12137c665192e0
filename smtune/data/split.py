"""A table -> train, validation and test, as the spec says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

from smtune.errors import Problem, SpecError
from smtune.spec import Split, Table


def read_table(path: Path) -> pd.DataFrame:
    """A CSV file with a header; raises SpecError for a file that is not one."""
    try:
        frame = pd.read_csv(path)
    except FileNotFoundError:
        raise _error("data.source", f"there is no file {path}", "paths are relative to the spec's folder") from None
    except (ValueError, UnicodeDecodeError, OSError) as error:
        raise _error("data.source", f"cannot read {path} as CSV: {error}", "give a CSV file with a header") from None
    if frame.empty:
        raise _error("data.source", f"{path} has no rows", "give a CSV file with a header and rows")
    return frame


def split_table(frame: pd.DataFrame, table: Table) -> dict[str, pd.DataFrame]:
    """`train`, `validation` and, if its share is above 0, `test`; the same rows for the same seed.

    Raises SpecError where a column is missing, or a class is too small to be in every part.
    """
    split = table.split
    _require(frame, table.label, "data.label")
    if split.stratify is not None:
        _require(frame, split.stratify, "data.split.stratify")
    rest, parts = frame, {}
    for name, share in (("test", split.test), ("validation", split.validation / (1 - split.test))):
        if share > 0:
            rest, parts[name] = _cut(rest, share, split)
    return {
        "train": rest,
        "validation": parts["validation"],
        **({"test": parts["test"]} if "test" in parts else {}),
    }


def lay_out_table(frame: pd.DataFrame, table: Table, *, label_first: bool) -> str:
    """The part as CSV text: `label-first` has no header and the label in column 0, else as in the source."""
    if not label_first:
        return frame.to_csv(index=False)
    columns = [table.label, *(column for column in frame.columns if column != table.label)]
    return frame[columns].to_csv(index=False, header=False)


def _cut(frame: pd.DataFrame, share: float, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    classes = None if split.stratify is None else frame[split.stratify]
    try:
        kept, cut = train_test_split(frame, test_size=share, random_state=split.seed, stratify=classes)
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
