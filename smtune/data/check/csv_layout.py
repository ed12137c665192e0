"""The first lines of a CSV file -> how its rows are to be taken, and what its columns are called."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smtune.data.check.blocks import Block
from smtune.data.check.expect import Expected
from smtune.data.check.model import MISSING
from smtune.data.check.names import unique_names
from smtune.data.check.tally import Fault, Tally
from smtune.errors import legible, listed, shown

_HEAD = 20
_NAME = 30
# The order in which XGBoost's container looks for one in the first line.
_DELIMITERS = (",", "\t", ";", " ", ":")
_HEADER = Fault(
    "header",
    "error",
    "the first line is a header ({detail}), which {algorithm} takes for a row",
    "remove it, as with `tail -n +2`; or give the table as data.source, and smtune lays it out",
    noun="file",
)
_REPEATED = Fault(
    "repeated-column", "error", "more than one column {detail}", "give every column a name of its own", noun="column"
)


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are to be taken."""

    width: int
    delimiter: str
    skips_first: bool


def first_lines(block: Block) -> list[str]:
    """Those that are not blank, as far as they are needed to look at."""
    lines = list[str]()
    for raw in block.lines():
        line = raw.decode("utf-8-sig" if not lines else "utf-8", errors="replace")
        if line.strip():
            lines.append(line)
        if len(lines) == _HEAD:
            break
    return lines


def look_at(head: Sequence[str], file: Path, expected: Expected, tally: Tally) -> tuple[Layout, tuple[str, ...]]:
    """How to take a file, by its first lines, and what its columns are called."""
    delimiter = "\t" if file.suffix == ".tsv" else ","
    if expected.algorithm == "xgboost" and expected.kind == "csv":
        delimiter = next((each for each in _DELIMITERS if each in head[0].strip()), ",")
    first, *rest = (row for row in csv.reader(head, delimiter=delimiter) if row)
    has_header = _has_header(expected, first, rest[0] if rest else first)
    if has_header and expected.kind == "csv" and expected.algorithm:
        fault = _HEADER.of(expected.algorithm)
        names = listed((legible(cell.strip(), _NAME) for cell in first), 3)
        tally.add(fault, f"{file}:1", names)
    if has_header:
        for name in (cell for cell, count in Counter(first).items() if count > 1):
            tally.add(_REPEATED, f"{file}:1", shown(name))
        columns = unique_names(first)
        return Layout(len(first), delimiter, has_header), columns
    width = Counter(len(row) for row in (first, *rest)).most_common(1)[0][0]
    return Layout(width, delimiter, has_header), tuple(f"column {index}" for index in range(width))


def _has_header(expected: Expected, first: Sequence[str], second: Sequence[str]) -> bool:
    if expected.header is not None:
        return expected.header
    return expected.kind == "table" or is_header(first, second)


def is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first line names the columns: all of it is text, where the second line has a number."""
    texts = [not is_number(cell) and cell.strip().lower() not in MISSING for cell in first]
    return all(texts) and len(set(first)) == len(first) and any(is_number(cell) for cell in second)


def is_number(cell: str) -> bool:
    """Whether a cell can be read as one; `nan` and `inf` can."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
