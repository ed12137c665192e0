"""CSV files -> a Sheet, with everything on the way that the algorithm could not read."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from smtune.data.check.blocks import Block, Excerpt
from smtune.data.check.builder import SAMPLE, SheetBuilder
from smtune.data.check.expect import Expected
from smtune.data.check.model import MISSING, Sheet
from smtune.data.check.names import Keys, unique_names
from smtune.data.check.tally import Fault, Tally
from smtune.errors import legible, shown

_HEAD = 20
_NAME = 30
# The order in which XGBoost's container looks for one in the first line.
_DELIMITERS = (",", "\t", ";", " ", ":")
_RAGGED = Fault(
    "ragged-rows",
    "error",
    "{count} not as wide as the others: {detail}",
    "mend these rows, or quote what holds a delimiter",
)
_WIDTHS = Fault(
    "file-widths",
    "error",
    "the files of the channel differ in their number of columns: {detail}",
    "give every file the same columns",
    noun="file",
)
_ENCODING = Fault("encoding", "error", "{count} that cannot be read as UTF-8", "write the file as UTF-8", noun="line")
_HEADER = Fault(
    "header",
    "error",
    "the first line is a header ({detail}), which {algorithm} takes for a row",
    "remove it, as with `tail -n +2`; or give the table as data.source, and smtune lays it out",
    noun="file",
)
_NUMBERS = Fault(
    "not-a-number",
    "error",
    "{count} {algorithm} cannot read: {detail}",
    "leave a missing value empty, encode text and dates as numbers, or leave the column out",
    noun="cell",
)
_MISSING = Fault(
    "missing-values",
    "warning",
    "{count} without a value, first in {detail}",
    "fill them in or leave the rows out: the page of {algorithm} says nothing about missing values",
    noun="cell",
)
_INFINITE = Fault(
    "infinite-values",
    "error",
    "{count} with an infinite value, first in {detail}",
    "replace it with a number, or leave it empty where it means a missing value",
    noun="cell",
)
_NO_LABEL = Fault(
    "label-missing",
    "error",
    "{count} without a label",
    "leave these rows out, or fill the label in",
)
_REPEATED = Fault(
    "repeated-column", "error", "more than one column {detail}", "give every column a name of its own", noun="column"
)
_PARSE = Fault("not-csv", "error", "not CSV: {detail}", "mend the line, or say another content_type", noun="line")


@dataclass(frozen=True)
class _Table:
    """How the rows of one file are to be taken."""

    width: int
    delimiter: str
    skips_first: bool


def read_csv(
    name: str, part: Excerpt, expected: Expected, keys: Keys, tally: Tally, *, size: int = SAMPLE
) -> Sheet | None:
    """The rows of a set; None where there is none. What is wrong with them goes to `tally`."""
    files = tuple(dict.fromkeys(block.file for block in part.blocks))
    reader: _Reader | None = None
    for block in part.blocks:
        file = files.index(block.file)
        if block.line == 1 and block.start == 0:
            head = _head(block)
            if not head:
                continue
            try:
                table, columns = _look(head, block.file, expected, tally)
            except csv.Error as error:
                tally.add(_PARSE, f"{block.file}:1", str(error))
                continue
            if reader is None:
                builder = _builder(name, files, columns, expected, keys)
                builder.size = size
                reader = _Reader(builder, expected, tally, table)
            elif table.width != reader.table.width:
                detail = f"{table.width} in {block.file.name}, {reader.table.width} in {files[0].name}"
                tally.add(_WIDTHS, str(block.file), detail)
                continue
            reader.table = table
        if reader is not None:
            reader.read(block, file)
    return reader.builder.build(is_whole=part.is_whole) if reader is not None and len(reader.builder) else None


def _head(block: Block) -> list[str]:
    lines = list[str]()
    for raw in block.lines():
        line = raw.decode("utf-8-sig" if not lines else "utf-8", errors="replace")
        if line.strip():
            lines.append(line)
        if len(lines) == _HEAD:
            break
    return lines


def _look(head: Sequence[str], file: Path, expected: Expected, tally: Tally) -> tuple[_Table, tuple[str, ...]]:
    """How to take a file, by its first lines, and what its columns are called."""
    delimiter = "\t" if file.suffix == ".tsv" else ","
    if expected.algorithm == "xgboost" and expected.kind == "csv":
        delimiter = next((each for each in _DELIMITERS if each in head[0].strip()), ",")
    first, *rest = (row for row in csv.reader(head, delimiter=delimiter) if row)
    has_header = expected.kind == "table" or _is_header(first, rest[0] if rest else first)
    if has_header and expected.kind == "csv":
        fault = _of(_HEADER, expected)
        names = ", ".join(legible(cell.strip(), _NAME) for cell in first[:3]) + (", ..." if first[3:] else "")
        tally.add(fault, f"{file}:1", names)
    if has_header:
        for name in (cell for cell, count in Counter(first).items() if count > 1):
            tally.add(_REPEATED, f"{file}:1", shown(name))
        columns = unique_names(first)
        return _Table(len(first), delimiter, has_header), columns
    width = Counter(len(row) for row in (first, *rest)).most_common(1)[0][0]
    return _Table(width, delimiter, has_header), tuple(f"column {index}" for index in range(width))


def _is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first line names the columns: all of it is text, where the second line has a number."""
    texts = [not _is_number(cell) and cell.strip().lower() not in MISSING for cell in first]
    return all(texts) and len(set(first)) == len(first) and any(_is_number(cell) for cell in second)


def _builder(
    name: str, files: Sequence[Path], columns: tuple[str, ...], expected: Expected, keys: Keys
) -> SheetBuilder:
    named = keys.indexes(columns)
    label = 0 if expected.label_first else named.get("label")
    kept = tuple(index for key, index in named.items() if key != "label" and index != label)
    return SheetBuilder(name, tuple(map(str, files)), columns, label, tuple(dict.fromkeys(kept)))


class _Reader:
    """Reads blocks into a builder."""

    def __init__(self, builder: SheetBuilder, expected: Expected, tally: Tally, table: _Table) -> None:
        self.builder, self.expected, self.tally, self.table = builder, expected, tally, table
        self._faults = {fault: _of(fault, expected) for fault in (_NUMBERS, _MISSING)}
        self._apart = {index for index, name in enumerate(builder.columns) if name in expected.left_out}

    def read(self, block: Block, file: int) -> None:
        place = str(block.file)
        lines = csv.reader(self._decoded(block), delimiter=self.table.delimiter)
        skip = self.table.skips_first and block.line == 1
        while True:
            try:
                row = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                self.tally.add(_PARSE, f"{place}:{block.line + lines.line_num - 1}", str(error))
                continue
            if not row or skip:
                skip = skip and not row
                continue
            line = block.line + lines.line_num - 1
            if len(row) != self.table.width:
                detail = f"{len(row)} fields instead of {self.table.width}"
                self.tally.add(_RAGGED, f"{place}:{line}", detail)
                continue
            self._check(row, f"{place}:{line}")
            self.builder.add(row, file, line)

    def _decoded(self, block: Block) -> Iterator[str]:
        for number, raw in enumerate(block.lines(), block.line):
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                self.tally.add(_ENCODING, f"{block.file}:{number}")
                text = raw.decode("utf-8", errors="replace")
            yield text.removeprefix("\ufeff") if number == 1 else text

    def _check(self, row: Sequence[str], place: str) -> None:
        label = self.builder.label
        if label is not None and row[label].strip().lower() in MISSING:
            self.tally.add(_NO_LABEL, place)
        if not self.expected.numbers_only:
            return
        try:
            # The usual row, in one go: a sum is finite where all of it is.
            if math.isfinite(sum(map(float, row))):
                return
        except ValueError:
            pass
        for index, cell in enumerate(row):
            if index not in self._apart:
                self._check_cell(cell.strip(), index, place)

    def _check_cell(self, cell: str, index: int, place: str) -> None:
        column = self.builder.columns[index]
        if cell == "" or cell.lower() == "nan":
            if index != self.builder.label and not self.expected.takes_missing:
                self.tally.add(self._faults[_MISSING], place, column)
            return
        if not _is_number(cell):
            self.tally.add(self._faults[_NUMBERS], place, f"{shown(cell)} in {column}")
        elif math.isinf(float(cell)):
            self.tally.add(_INFINITE, place, column)


def _of(fault: Fault, expected: Expected) -> Fault:
    """A kind of fault with the algorithm's name in it."""
    name = expected.algorithm or "the algorithm"
    message, fix = (text.replace("{algorithm}", name) for text in (fault.message, fault.fix))
    return Fault(fault.check, fault.severity, message, fix, fault.noun)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
