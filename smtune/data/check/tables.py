"""A table to split -> a Sheet of it, and one for each part that the split would make."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smtune.data.check.blocks import UNREADABLE, excerpt
from smtune.data.check.expect import expected_of_table
from smtune.data.check.model import DataFinding, Look, Seen, Sheet
from smtune.data.check.names import Keys
from smtune.data.check.read_csv import read_csv
from smtune.data.check.tally import Tally
from smtune.data.complaint import known_columns
from smtune.data.cut import Rows, cut_rows
from smtune.data.recipe import is_label_first
from smtune.errors import SpecError, shown
from smtune.spec import Table, TuningSpec

WHOLE = "data"
"""What the table before its split is called."""
_MOST_ROWS = 100_000


@dataclass(frozen=True)
class TableReading:
    """What was read of a table."""

    findings: tuple[DataFinding, ...]
    whole: Sheet | None = None
    parts: tuple[Sheet, ...] = ()
    look: Look | None = None


def read_source(spec: TuningSpec, table: Table, folder: Path, keys: Keys, limit: int) -> TableReading:
    """Read the table of `spec` up to `limit` bytes, and split what was read as the launch would."""
    file = folder / table.source
    if not file.is_file():
        message = "it is no file" if file.exists() else "there is no such file"
        return TableReading((_error("no-files", str(file), message, "paths are relative to the spec's folder"),))
    expected = expected_of_table(spec, table, label_first=is_label_first(spec, table))
    tally = Tally(WHOLE)
    try:
        part = excerpt([file], limit)
        whole = read_csv(WHOLE, part, expected, keys, tally, size=_MOST_ROWS)
    except UNREADABLE as error:
        return TableReading((_error("unreadable", str(file), f"cannot read it: {error}", ""),))
    findings = list(tally.findings())
    if whole is None:
        return TableReading((*findings, _error("no-rows", str(file), "no rows", "give a header and rows")))
    look = Look(WHOLE, 1, part.bytes, len(whole.rows), is_whole=part.is_whole)
    missing = list(_missing_columns(table, whole, file))
    if missing:
        return TableReading((*findings, *missing), dataclasses.replace(whole, label=None), (), look)
    try:
        cuts = cut_rows(whole.sample, table.split)
    except SpecError as error:
        problem = error.problems[0]
        findings.append(_error("cannot-split", problem.path, problem.message, problem.fix))
        return TableReading(tuple(findings), whole, (), look)
    return TableReading(tuple(findings), whole, tuple(_part(whole, name, rows) for name, rows in cuts.items()), look)


def _missing_columns(table: Table, whole: Sheet, file: Path) -> Iterator[DataFinding]:
    split = table.split
    named = {"data.label": table.label} | {f"data.split.{k}": getattr(split, k) for k in ("stratify", "group", "time")}
    for path, column in named.items():
        if column is not None and column not in whole.columns:
            message = f"{file} has no column {shown(column)}"
            yield _error("missing-column", path, message, known_columns(whole.columns))


def _part(whole: Sheet, name: str, rows: Rows) -> Sheet:
    """Some rows of the table's sample as a set of its own."""
    positions = whole.sample_rows[rows]
    sample: pd.DataFrame = whole.sample.iloc[rows].reset_index(drop=True)
    labels = (
        {} if whole.label is None else sample[whole.label].str.strip().groupby(sample[whole.label].str.strip()).indices
    )
    return dataclasses.replace(
        whole,
        name=name,
        rows=whole.rows[positions],
        inputs=whole.inputs[positions],
        file_of=whole.file_of[positions],
        line_of=whole.line_of[positions],
        sample=sample,
        sample_rows=pd.RangeIndex(len(rows)).to_numpy(),
        labels={str(value): Seen(len(found), int(found[0])) for value, found in labels.items()},
        keys={column: tuple(sample[column]) for column in whole.keys},
        is_whole=whole.is_whole and len(whole.rows) == len(whole.sample),
    )


def _error(check: str, place: str, message: str, fix: str) -> DataFinding:
    return DataFinding(check, "error", WHOLE, place, message, fix)
