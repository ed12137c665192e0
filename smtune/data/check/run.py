"""A spec -> everything that a look at its data finds. Nothing is sent, nothing is written, no account is needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from smtune.data.check.channels import Reading, read_channel
from smtune.data.check.expect import DATA_CHANNELS, Kind, data_channels, expected_of_channel, expected_of_table
from smtune.data.check.leakage import check_shared_groups, check_shared_rows, check_times
from smtune.data.check.model import SEVERITIES, DataFinding, Look, Sheet
from smtune.data.check.names import Keys, find_column
from smtune.data.check.shift import check_shift
from smtune.data.check.tables import WHOLE, read_source
from smtune.data.check.values import check_columns, check_labels, check_repeated
from smtune.errors import UsageError, listed, shown
from smtune.spec import Channels, Table, TuningSpec

LIMIT = 32 << 20
"""Bytes of a set that are read unless asked otherwise: a second or two."""
_NAMED = 12
_REPEATING: frozenset[Kind] = frozenset({"series", "addresses", "sentences"})
"""Rows of which stand in several sets, or twice in one, as they should."""


@dataclass(frozen=True)
class DataCheck:
    """What was found, the worst first, and how much was looked at."""

    findings: tuple[DataFinding, ...]
    looks: tuple[Look, ...]

    def count(self, severity: str) -> int:
        """How many findings there are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def as_record(self) -> dict[str, Any]:
        """As plain values, for JSON; the keys stay as they are from version to version."""
        return {
            "schema_version": 1,
            "counts": {severity: self.count(severity) for severity in SEVERITIES},
            "findings": [finding.as_record() for finding in self.findings],
            "looked_at": [look.as_record() for look in self.looks],
        }


def check_data(spec: TuningSpec, folder: Path) -> tuple[DataFinding, ...]:
    """What is wrong with the data of `spec` (paths relative to `folder`), the worst first; empty where nothing is.

    Looks at files of this machine only, and at no more than some seconds' worth of them. Errors in reading are
    findings too: it raises nothing.
    """
    return look_at_data(spec, folder).findings


def look_at_data(spec: TuningSpec, folder: Path, *, keys: Keys | None = None, limit: int = LIMIT) -> DataCheck:
    """`check_data`, with `keys` for columns that the spec does not name, and up to `limit` bytes of a set (0: all).

    Raises UsageError where a key says otherwise than the spec.
    """
    keys = keys or Keys()
    if isinstance(spec.data, Table):
        findings, looks = _look_at_table(spec, spec.data, folder, keys, limit)
    elif isinstance(spec.data, Channels):
        findings, looks = _look_at_channels(spec, spec.data, folder, keys, limit)
    else:
        findings, looks = [DataFinding("no-data", "note", "", "data", "the spec names no data", "")], []
    findings = [*findings, *(finding for look in looks for finding in _partial(look))]
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    return DataCheck(tuple(sorted(findings, key=lambda finding: order[finding.severity])), tuple(looks))


def _look_at_table(
    spec: TuningSpec, table: Table, folder: Path, keys: Keys, limit: int
) -> tuple[list[DataFinding], list[Look]]:
    split, asked = table.split, keys
    if asked.label not in (None, table.label):
        message = f"the label of a table stands in the spec: --set data.label={asked.label} instead of --label"
        raise UsageError(message)
    keys = Keys(table.label, keys.group or split.group, keys.time or split.time)
    reading = read_source(spec, table, folder, keys, limit)
    findings = list(reading.findings)
    if reading.whole is not None:
        rules = expected_of_table(spec, table, label_first=True).rules
        findings += [*check_labels(reading.whole, rules), *check_columns(reading.whole)]
        findings += check_repeated(reading.whole)
        findings += _named_nowhere(asked, [reading.whole])
    for part in reading.parts:
        findings += [finding for finding in check_labels(part, ()) if part.name != "train"]
    alike = "rows of a group are alike" if split.group else "the sets are of different times" if split.time else ""
    findings += _compare(reading.parts, keys, alike)
    return findings, [reading.look] if reading.look else []


def _look_at_channels(
    spec: TuningSpec, channels: Channels, folder: Path, keys: Keys, limit: int
) -> tuple[list[DataFinding], list[Look]]:
    findings, readings = list[DataFinding](), list[Reading]()
    for name, channel in data_channels(channels).items():
        reading = read_channel(name, channel, spec, folder, keys, limit)
        readings.append(reading)
        findings += reading.findings
        if reading.sheet is not None:
            findings += _check_one(reading.sheet, reading)
    findings += [each for reading in _others(spec, channels, folder, limit) for each in reading.findings]
    sheets = [each.sheet for each in readings if each.sheet is not None and each.expected.kind not in _REPEATING]
    findings += [*_widths(sheets), *_named_nowhere(keys, sheets)]
    alike = "rows of a group are alike" if keys.group else "the sets are of different times" if keys.time else ""
    findings += _compare(sheets, keys, alike)
    return findings, [each.look for each in readings if each.look is not None]


def _others(spec: TuningSpec, channels: Channels, folder: Path, limit: int) -> Iterator[Reading]:
    """The channels that are no sets of rows: lists of pictures are read, the rest is said to be left alone."""
    rows = data_channels(channels)
    for name, channel in channels.channels.items():
        if name in rows or channel.here is None:
            continue
        expected = expected_of_channel(spec, name, channel)
        if expected.kind == "lst":
            yield read_channel(name, channel, spec, folder, Keys(), limit)
        else:
            message = f"not looked at: only {', '.join(DATA_CHANNELS)} are sets of rows"
            yield Reading((DataFinding("not-looked-at", "note", name, name, message, ""),), expected)


def _check_one(sheet: Sheet, reading: Reading) -> Iterator[DataFinding]:
    yield from check_labels(sheet, reading.expected.rules)
    if reading.expected.kind not in _REPEATING:
        yield from check_columns(sheet)
        yield from check_repeated(sheet)


def _named_nowhere(keys: Keys, sheets: Sequence[Sheet]) -> Iterator[DataFinding]:
    """The columns that were asked for and that no set has: without them nothing is compared."""
    for option, column in (("--label", keys.label), ("--group", keys.group), ("--time", keys.time)):
        if column is None or not sheets or any(find_column(each.columns, column) is not None for each in sheets):
            continue
        names = listed(sheets[0].columns, _NAMED)
        message = f"there is no column {shown(column)}"
        yield DataFinding("missing-column", "error", WHOLE, option, message, f"the columns are: {names}")


def _widths(sheets: Sequence[Sheet]) -> Iterator[DataFinding]:
    """Sets of numbered columns that have not the same number of them."""
    for first, other in pairwise(sheets):
        numbered = all(sheet.columns[:1] and sheet.columns[0].startswith("column ") for sheet in (first, other))
        if numbered and len(first.columns) != len(other.columns):
            message = f"{len(other.columns)} columns, where {first.name} has {len(first.columns)}"
            fix = "give both the same columns in the same order"
            yield DataFinding("set-widths", "error", f"{first.name}, {other.name}", other.files[0], message, fix)


def _compare(sheets: Sequence[Sheet], keys: Keys, alike: str) -> Iterator[DataFinding]:
    for known, held in combinations(sheets, 2):
        yield from check_shared_rows(known, held)
        yield from check_shared_groups(known, held, keys)
        if held.name != "train_dev":  # it is of train's own time
            yield from check_times(known, held, keys)
    if len(sheets) > 1:
        yield from check_shift(sheets, alike=alike)


def _partial(look: Look) -> Iterator[DataFinding]:
    if not look.is_whole and look.rows:
        size = look.bytes / (1 << 20)
        message = f"{look.rows:,} rows of {size:,.{0 if size >= 10 else 1}f} MB were looked at"
        fix = "look at all of them with --limit 0"
        yield DataFinding("partly-looked-at", "note", look.channel, look.channel, message, fix, look.rows)


def with_folder(check: DataCheck, folder: Path) -> DataCheck:
    """The same with paths as seen from `folder`, where they lie below it."""
    prefix = f"{folder}/"
    findings = [
        dataclasses.replace(
            each,
            place=each.place.replace(prefix, ""),
            message=each.message.replace(prefix, ""),
            examples=tuple(text.replace(prefix, "") for text in each.examples),
        )
        for each in check.findings
    ]
    return DataCheck(tuple(findings), check.looks)
