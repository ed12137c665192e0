"""Channels of the built-in XGBoost as matrices: CSV without a header, LIBSVM and Parquet, the label first.

Files are read in the order of their paths, to the container's depth of three folders. Numbers are kept with
32 bits, as XGBoost keeps them.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from smtune.local.programs.xgboost_light import UserError, xgb

Floats = npt.NDArray[np.float32]

_FORMATS = {
    "csv": "csv", "text/csv": "csv",
    "libsvm": "libsvm", "text/libsvm": "libsvm", "text/x-libsvm": "libsvm",
    "parquet": "parquet", "application/x-parquet": "parquet",
    "recordio-protobuf": "recordio-protobuf", "application/x-recordio-protobuf": "recordio-protobuf",
}  # fmt: skip
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

    def matrix(self) -> Any:
        """As xgboost takes it."""
        return xgb.DMatrix(self.features, label=self.labels, weight=self.weights, qid=self.groups)


def data_format(content_type: str | None) -> str:
    """`csv`, `libsvm` (the default) or `parquet`; raises UserError for anything else."""
    kind, *options = (part.strip() for part in (content_type or "text/libsvm").lower().split(";"))
    found = _FORMATS.get(kind)
    if found is None:
        message = f"{content_type} is not an accepted ContentType: {', '.join(_FORMATS)}."
        raise UserError(message)
    if found == "recordio-protobuf":
        message = f"{content_type} is not supported on this machine: use text/csv, text/libsvm or parquet"
        raise UserError(message)
    if found == "csv" and any(o.startswith("label_size=") and o != "label_size=1" for o in options):
        wrong = f"{content_type} is not an accepted csv ContentType."
        message = f"{wrong} Optional parameter label_size must be equal to 1"
        raise UserError(message)
    return found


def load(folders: Sequence[Path], content_type: str | None, *, csv_weights: bool = False) -> Table | None:
    """All rows of all files in these folders; None where there is none. Raises UserError, with file and line.

    With `csv_weights` the column after the label of a CSV file holds the rows' weights.
    """
    kind = data_format(content_type)
    files = [file for folder in folders for file in data_files(folder) if file.stat().st_size]
    if not files:
        return None
    if kind == "libsvm":
        return _read_libsvm(files)
    blocks = [_read_csv(file) if kind == "csv" else _read_parquet(file) for file in files]
    widths = {block.shape[1] for block in blocks}
    if len(widths) > 1:
        found = ", ".join(f"{file.name} {block.shape[1]}" for file, block in zip(files, blocks, strict=True))
        message = f"the files of a channel differ in their number of columns: {found}"
        raise UserError(message)
    return _dense_table(np.concatenate(blocks), weighted=csv_weights and kind == "csv")


def data_files(folder: Path) -> list[Path]:
    """A channel's files, sorted; raises UserError for a hidden one, as the container does."""
    found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    hidden = [path.name for path in found if path.name.startswith(".")]
    if hidden:
        message = f"Hidden file found in the data path! Remove that before training: {hidden[0]}"
        raise UserError(message)
    return [path for path in found if len(path.relative_to(folder).parts) <= _DEPTH]


def _dense_table(rows: Floats, *, weighted: bool) -> Table:
    first = 2 if weighted else 1
    if rows.shape[1] <= first:
        message = f"the data has {rows.shape[1]} columns: a label and at least one feature are needed"
        raise UserError(message)
    return Table(rows[:, first:], rows[:, 0], rows[:, 1] if weighted else None)


def _read_csv(file: Path) -> Floats:
    """The fast reader where every cell is a number, else the one that knows empty cells and explains."""
    delimiter = _delimiter(file)
    try:
        rows = np.loadtxt(file, np.float32, comments=None, delimiter=delimiter, quotechar='"', ndmin=2)
    except ValueError:
        rows = np.array(list(_csv_rows(file, delimiter)), np.float32)
    if np.isnan(rows[:, 0]).any():
        list(_csv_rows(file, delimiter))  # raises, naming the line
    return rows


def _delimiter(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as lines:
        line = lines.readline().strip()
    for delimiter in _DELIMITERS:
        if delimiter in line:
            return delimiter
    message = f"{file.name} line 1: Could not determine delimiter on line {line[:50]}"
    raise UserError(message)


def _csv_rows(file: Path, delimiter: str) -> Iterator[list[float]]:
    """Rows as wide as the first one; an empty cell is a missing value, except for the label."""
    width = 0
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            if not cells:
                continue
            width = width or len(cells)
            if len(cells) != width:
                found = f"{len(cells)} columns, where the first line has {width}"
                message = f"{file.name} line {reader.line_num}: {found}"
                raise UserError(message)
            yield [_cell(text.strip(), file, reader.line_num, column) for column, text in enumerate(cells)]


def _cell(text: str, file: Path, line: int, column: int) -> float:
    if not text and column:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        what = f"{text!r} is not a number" if text else "the label is missing"
        rule = "the built-in XGBoost reads CSV without a header, label first"
        message = f"{file.name} line {line}: {what}: {rule}"
        raise UserError(message) from None
    if column == 0 and value != value:
        message = f"{file.name} line {line}: the label is not a number"
        raise UserError(message)
    return value


def _read_parquet(file: Path) -> Floats:
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
    arrays = []
    for name in columns.column_names:
        try:
            arrays.append(np.asarray(columns[name].to_numpy(), np.float32))
        except (TypeError, ValueError) as error:
            message = f"{file.name}: column {name!r} holds values that are not numbers"
            raise UserError(message) from error
    return np.column_stack(arrays)


@dataclass(frozen=True)
class _SparseRows:
    """Rows being read from LIBSVM: growing columns, the features as in a CSR matrix."""

    labels: array[float] = field(default_factory=lambda: array("f"))
    weights: array[float] = field(default_factory=lambda: array("f"))
    groups: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("f"))
    columns: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q", [0]))

    def add(self, line: str) -> None:
        """One line, `label[:weight] [qid:n] index:value ... # remark`; raises ValueError for another."""
        tokens = line.partition("#")[0].split()
        if not tokens:
            return
        label, _, weight = tokens[0].partition(":")
        self.labels.append(float(label))
        self.weights.append(float(weight or 1))
        for token in tokens[1:]:
            name, _, value = token.partition(":")
            if name == "qid":
                self.groups.append(int(value))
            else:
                self.columns.append(_index(name))
                self.values.append(float(value))
        self.ends.append(len(self.values))

    def table(self) -> Table | None:
        """What was read, as wide as the highest index asks; None without rows."""
        if not self.labels:
            return None
        width = max(self.columns, default=0) + 1
        data = (np.array(self.values), np.array(self.columns), np.array(self.ends))
        weights = np.array(self.weights)
        return Table(
            sparse.csr_matrix(data, shape=(len(self.labels), width)),
            np.array(self.labels),
            weights if (weights != 1).any() else None,
            np.array(self.groups) if self.groups else None,
        )


def _index(text: str) -> int:
    index = int(text)
    if index < 0:
        message = f"{index} is not the index of a column"
        raise ValueError(message)
    return index


def _read_libsvm(files: Sequence[Path]) -> Table | None:
    rows = _SparseRows()
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    rows.add(line)
                except ValueError:
                    raise _not_libsvm(file, number, line) from None
    if rows.groups and len(rows.groups) != len(rows.labels):
        message = f"{files[0].parent.name}: some rows have a qid and some have none"
        raise UserError(message)
    return rows.table()


def _not_libsvm(file: Path, number: int, line: str) -> UserError:
    return UserError(
        f"{file.name} line {number}: '{line.strip()[:50]}' is not LIBSVM (label index:value ...): "
        "if the file is CSV, give the channel the content type text/csv"
    )
