"""The files of a channel as rows of numbers: CSV without a header, and Parquet. The label comes first.

Files are read in the order of their paths, to the containers' depth of three folders. Numbers are kept with
32 bits, as the algorithms keep them.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from smtune.local.programs.failures import UserError

Floats = npt.NDArray[np.float32]

_LOG = logging.getLogger(__name__)
_DELIMITERS = (",", "\t", ";", " ", ":")
_DEPTH = 3


@dataclass(frozen=True)
class Table:
    """The rows of a channel."""

    features: Any
    """A dense array (not-a-number: missing), or a sparse CSR matrix (absent: missing)."""
    labels: Floats
    weights: Floats | None = None
    groups: npt.NDArray[np.int64] | None = None
    """Query ids, for the ranking objectives."""


def data_files(folder: Path) -> list[Path]:
    """A channel's files, sorted; raises UserError for a hidden one, and warns of folders too deep, as the container."""
    found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    hidden = [path.name for path in found if path.name.startswith(".")]
    if hidden:
        message = f"Hidden file found in the data path! Remove that before training: {hidden[0]}"
        raise UserError(message)
    deep = [path.name for path in found if len(path.relative_to(folder).parts) > _DEPTH]
    if deep:
        _LOG.warning("Files in deeper folders are not read: %s%s", deep[0], ", ..." if len(deep) > 1 else "")
    return [path for path in found if len(path.relative_to(folder).parts) <= _DEPTH]


def stacked(blocks: Sequence[Floats], files: Sequence[Path]) -> Floats:
    """The rows of several files as one array; raises UserError where their widths differ."""
    if len({block.shape[1] for block in blocks}) > 1:
        found = ", ".join(f"{file.name} {block.shape[1]}" for file, block in zip(files, blocks, strict=True))
        message = f"the files of a channel differ in their number of columns: {found}"
        raise UserError(message)
    return np.concatenate(blocks)


def read_csv(file: Path, *, labelled: bool = True) -> Floats:
    """All cells of a file; the fast reader where every cell is a number, else the one that knows empty cells.

    `labelled`: whether the first column is a label, which may not be missing. Raises UserError, with the line.
    """
    delimiter = _delimiter(file)
    try:
        with file.open(encoding="utf-8") as lines:  # by its name, NumPy would unpack rows.csv.gz
            rows = np.loadtxt(lines, np.float32, comments=None, delimiter=delimiter, quotechar='"', ndmin=2)
    except ValueError:
        rows = np.array(list(_csv_rows(file, delimiter, labelled=labelled)), np.float32)
    if labelled and np.isnan(rows[:, 0]).any():
        list(_csv_rows(file, delimiter, labelled=labelled))  # raises, naming the line
    return rows


def _delimiter(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as lines:
        line = lines.readline().strip()
    for delimiter in _DELIMITERS:
        if delimiter in line:
            _LOG.info("Determined delimiter of CSV input is '%s'", delimiter)
            return delimiter
    message = f"{file.name} line 1: Could not determine delimiter on line {line[:50]}"
    raise UserError(message)


def _csv_rows(file: Path, delimiter: str, *, labelled: bool) -> Iterator[list[float]]:
    """Rows as wide as the first one; an empty cell is a missing value, except for the label."""
    width = 0
    for number, cells in _csv_lines(file, delimiter):
        place = f"{file.name} line {number}"
        width = width or len(cells)
        if len(cells) != width:
            message = f"{place}: {len(cells)} columns, where the first line has {width}"
            raise UserError(message)
        yield [_cell(text.strip(), place, labelled and not column) for column, text in enumerate(cells)]


def _csv_lines(file: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that has any, with its number."""
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            yield from ((reader.line_num, cells) for cells in reader if cells)
        except csv.Error as error:
            message = f"{file.name} line {reader.line_num}: {error}"
            raise UserError(message) from error


def _cell(text: str, place: str, is_label: bool) -> float:
    if not text and not is_label:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        what = f"{text!r} is not a number" if text else "the label is missing"
        rule = "the built-in algorithms read CSV without a header, label first"
        message = f"{place}: {what}: {rule}"
        raise UserError(message) from None
    if is_label and value != value:
        message = f"{place}: the label is not a number"
        raise UserError(message)
    return value


def read_parquet(file: Path) -> Floats:
    try:
        from pyarrow import ArrowInvalid, parquet  # type: ignore[import-untyped]  # optional, and slow
    except ModuleNotFoundError as error:
        message = "Parquet files need the package pyarrow here: pip install pyarrow"
        raise UserError(message) from error
    try:
        columns = parquet.ParquetFile(file).read()
    except ArrowInvalid as error:
        message = f"{file.name} is not a Parquet file: {error}"
        raise UserError(message) from error
    arrays = [np.empty((columns.num_rows, 0), np.float32)]
    for name, column in zip(columns.column_names, columns.columns, strict=True):  # names may be there twice
        try:
            arrays.append(_numbers(column.to_numpy()))
        except (TypeError, ValueError) as error:
            message = f"{file.name}: column {name!r} holds values that are not numbers"
            raise UserError(message) from error
    return np.column_stack(arrays)


def _numbers(column: npt.NDArray[Any]) -> Floats:
    if column.dtype.kind in "mM":  # NumPy would count their nanoseconds
        message = "times are no numbers"
        raise TypeError(message)
    return np.asarray(column, np.float32)
