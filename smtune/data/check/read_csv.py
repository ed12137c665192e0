"""CSV files -> a Sheet, with everything on the way that the algorithm could not read."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from smtune.data.check.blocks import Block, Excerpt
from smtune.data.check.builder import SAMPLE, SheetBuilder
from smtune.data.check.csv_layout import Layout, first_lines, is_number, look_at
from smtune.data.check.expect import Expected
from smtune.data.check.model import MISSING, Sheet
from smtune.data.check.names import Keys
from smtune.data.check.tally import Fault, Tally
from smtune.errors import shown

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
_PARSE = Fault("not-csv", "error", "not CSV: {detail}", "mend the line, or say another content_type", noun="line")


def read_csv(
    name: str, part: Excerpt, expected: Expected, keys: Keys, tally: Tally, *, size: int = SAMPLE
) -> Sheet | None:
    """The rows of a set; None where there is none. What is wrong with them goes to `tally`."""
    files = tuple(dict.fromkeys(block.file for block in part.blocks))
    reader: _Reader | None = None
    for block in part.blocks:
        file = files.index(block.file)
        if block.line == 1 and block.start == 0:
            head = first_lines(block)
            if not head:
                continue
            try:
                layout, columns = look_at(head, block.file, expected, tally)
            except csv.Error as error:
                tally.add(_PARSE, f"{block.file}:1", str(error))
                continue
            if reader is None:
                builder = _builder(name, files, columns, expected, keys)
                builder.size = size
                reader = _Reader(builder, expected, tally, layout)
            elif layout.width != reader.layout.width:
                detail = f"{layout.width} in {block.file.name}, {reader.layout.width} in {files[0].name}"
                tally.add(_WIDTHS, str(block.file), detail)
                continue
            reader.layout = layout
        if reader is not None:
            reader.read(block, file)
    return reader.builder.build(is_whole=part.is_whole) if reader is not None and len(reader.builder) else None


def _builder(
    name: str, files: Sequence[Path], columns: tuple[str, ...], expected: Expected, keys: Keys
) -> SheetBuilder:
    named = keys.indexes(columns)
    label = 0 if expected.label_first else named.get("label")
    kept = tuple(index for key, index in named.items() if key != "label" and index != label)
    return SheetBuilder(name, tuple(map(str, files)), columns, label, tuple(dict.fromkeys(kept)))


class _Reader:
    """Reads blocks into a builder."""

    def __init__(self, builder: SheetBuilder, expected: Expected, tally: Tally, layout: Layout) -> None:
        self.builder, self.expected, self.tally, self.layout = builder, expected, tally, layout
        self._faults = {fault: fault.of(expected.algorithm) for fault in (_NUMBERS, _MISSING)}
        self._apart = {index for index, name in enumerate(builder.columns) if name in expected.left_out}

    def read(self, block: Block, file: int) -> None:
        place = str(block.file)
        lines = csv.reader(self._decoded(block), delimiter=self.layout.delimiter)
        skip = self.layout.skips_first and block.line == 1
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
            if len(row) != self.layout.width:
                detail = f"{len(row)} fields instead of {self.layout.width}"
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
        if not is_number(cell):
            self.tally.add(self._faults[_NUMBERS], place, f"{shown(cell)} in {column}")
        elif math.isinf(float(cell)):
            self.tally.add(_INFINITE, place, column)
