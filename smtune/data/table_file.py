"""A file of rows, whatever its format: its columns as text, and some of its rows as a file of the same format.

CSV and TSV (with a header), JSON lines and Parquet. No value changes on the way: JSON lines are copied as they stand,
Parquet keeps its types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from smtune.data.complaint import complaint
from smtune.data.cut import Rows
from smtune.data.split import read_table
from smtune.errors import shown

FORMATS = ("csv", "tsv", "jsonl", "parquet")
_ENDINGS = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
_ENDINGS |= {".parquet": "parquet", ".pq": "parquet"}
_PATH = "data.source"


class TableFile(Protocol):
    """Rows in the order of their file."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""

    def __len__(self) -> int: ...

    def keys(self, columns: Iterable[str]) -> pd.DataFrame:
        """Some columns as text; what is missing is the empty text."""

    def write(self, rows: Rows, file: Path) -> None:
        """These rows, in this order, as a file of the same format."""


def read_table_file(path: Path, kind: str | None = None) -> tuple[TableFile, str]:
    """The rows of a file and its format: `kind`, or what its name says. Raises SpecError for a file it cannot read."""
    found = kind or _ENDINGS.get(path.suffix.lower())
    if found is None:
        fix = f"say which it is with --format: {', '.join(FORMATS)}"
        raise complaint(_PATH, f"the name {shown(path.name)} does not tell the format", fix)
    if found in ("csv", "tsv"):
        delimiter = "\t" if found == "tsv" else ","
        return Delimited(read_table(path, delimiter=delimiter), delimiter), found
    try:
        return (_read_lines(path) if found == "jsonl" else _read_parquet(path)), found
    except OSError as error:
        raise complaint(_PATH, f"cannot read {path}: {error.strerror}", "give a file that can be read") from None


@dataclass(frozen=True)
class Delimited:
    """CSV or TSV with a header."""

    frame: pd.DataFrame
    delimiter: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.frame.columns)

    def __len__(self) -> int:
        return len(self.frame)

    def keys(self, columns: Iterable[str]) -> pd.DataFrame:
        return self.frame[list(columns)]

    def write(self, rows: Rows, file: Path) -> None:
        self.frame.iloc[rows].to_csv(file, index=False, sep=self.delimiter)


@dataclass(frozen=True)
class JsonLines:
    """A JSON object a line, kept as it stands."""

    lines: tuple[str, ...]
    columns: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def keys(self, columns: Iterable[str]) -> pd.DataFrame:
        names = list(columns)
        rows = [[_as_text(record.get(name)) for name in names] for record in map(json.loads, self.lines)]
        return pd.DataFrame(rows, columns=names, dtype=str)

    def write(self, rows: Rows, file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{self.lines[row]}\n" for row in rows)


@dataclass(frozen=True)
class Parquet:
    """A Parquet file in memory, types and all."""

    table: Any
    """A `pyarrow.Table`."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.table.column_names)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def keys(self, columns: Iterable[str]) -> pd.DataFrame:
        return pd.DataFrame({name: self._text(name) for name in columns}, dtype=str)

    def _text(self, name: str) -> list[str]:
        return [_as_text(value) for value in self.table.column(name).to_pylist()]

    def write(self, rows: Rows, file: Path) -> None:
        from pyarrow import parquet  # type: ignore[import-untyped]  # slow to import

        parquet.write_table(self.table.take(rows), file)


def _as_text(value: Any) -> str:
    """A value as a key of a row: numbers and dates in the form in which they are written."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_lines(path: Path) -> JsonLines:
    lines, columns = list[str](), dict[str, None]()
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        try:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    columns |= dict.fromkeys(_record(path, number, line))
                    lines.append(line.rstrip("\r\n"))
        except UnicodeDecodeError as error:
            raise complaint(_PATH, f"cannot read {path}: {error}", "write it as UTF-8") from None
    if not lines:
        raise complaint(_PATH, f"{path} has no rows", "give a file with a JSON object a line")
    return JsonLines(tuple(lines), tuple(columns))


def _record(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise complaint(_PATH, f"{path}:{number}: not JSON: {error}", "write one JSON object a line") from None
    if not isinstance(found, dict):
        message = f"{path}:{number}: {shown(found)} is not an object"
        raise complaint(_PATH, message, 'write one JSON object a line, as in {"x": 1, "label": 0}')
    return found


def _read_parquet(path: Path) -> Parquet:
    from pyarrow import ArrowInvalid, parquet

    try:
        table = parquet.ParquetFile(path).read()
    except ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise complaint(_PATH, f"{path} is not a Parquet file: {reason}", "say which format it is") from None
    if not table.num_rows:
        raise complaint(_PATH, f"{path} has no rows", "give a file with rows")
    return Parquet(table)
