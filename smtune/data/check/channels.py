"""Channels -> a Sheet for each set of rows, and what is wrong with their files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smtune.data.check.blocks import UNREADABLE, excerpt
from smtune.data.check.expect import Expected, Kind, expected_of_channel
from smtune.data.check.model import DataFinding, Look, Sheet
from smtune.data.check.names import Keys
from smtune.data.check.read_binary import check_marks, read_parquet
from smtune.data.check.read_csv import read_csv
from smtune.data.check.read_lines import LINE_KINDS, read_lines
from smtune.data.check.tally import Tally
from smtune.data.upload.tree import TreeError, list_tree
from smtune.spec import Channel, TuningSpec

_BY_ENDING: dict[str, Kind] = {
    ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
    ".libsvm": "libsvm", ".svm": "libsvm",
}  # fmt: skip
_BESIDE = {"categorical_index.json", "cat_index.json"}
"""What may lie beside the rows: the list of categorical columns that some algorithms take."""


@dataclass(frozen=True)
class Reading:
    """What was read of one channel."""

    findings: tuple[DataFinding, ...]
    expected: Expected
    sheet: Sheet | None = None
    look: Look | None = None


def read_channel(name: str, channel: Channel, spec: TuningSpec, folder: Path, keys: Keys, limit: int) -> Reading:
    """Read one channel, as far as it is on this machine, up to `limit` bytes."""
    expected = expected_of_channel(spec, name, channel)
    if channel.here is None or channel.data_type is not None:
        where = channel.uri or channel.dataset or (channel.file_system.id if channel.file_system else "")
        what = "a manifest" if channel.here else "not on this machine"
        return Reading((_unread(name, f"{where} is {what}: not looked at"),), expected)
    return read_rows(name, folder / channel.here, expected, keys, limit)


def read_rows(name: str, path: Path, expected: Expected, keys: Keys, limit: int) -> Reading:
    """Read the files of one set, a file or a folder of them, up to `limit` bytes (0: all)."""
    try:
        files = [leaf.path for leaf in list_tree(path).leaves if leaf.path.name not in _BESIDE]
    except TreeError as error:
        return Reading((_error("unreadable", name, str(path), error.message, error.fix),), expected)
    except OSError as error:
        return Reading((_error("unreadable", name, str(path), f"cannot read it: {error.strerror}"),), expected)
    if not files:
        return Reading((_error("no-files", name, str(path), "there are no files"),), expected)
    findings = list(_check_names(name, expected, files))
    expected, more = _settled(name, expected, files)
    tally = Tally(name)
    try:
        sheet, look = _read(name, files, expected, keys, tally, limit)
    except UNREADABLE as error:
        return Reading((_error("unreadable", name, str(path), f"cannot read it: {error}"),), expected)
    return Reading((*findings, *more, *tally.findings()), expected, sheet, look)


def _check_names(name: str, expected: Expected, files: Sequence[Path]) -> list[DataFinding]:
    hidden = [file for file in files if file.name.startswith(".")]
    if not hidden or expected.algorithm != "xgboost":
        return []
    message = "a hidden file, with which XGBoost's container does not start"
    return [_error("hidden-file", name, str(hidden[0]), message, "take it out of the channel's folder")]


def _settled(name: str, expected: Expected, files: Sequence[Path]) -> tuple[Expected, list[DataFinding]]:
    """What the files are read as: what the algorithm takes them for, unless their names say that this is a mistake."""
    endings = {Path(file.name.removesuffix(".gz")).suffix.lower() for file in files}
    named = _BY_ENDING.get(endings.pop()) if len(endings) == 1 else None
    if not expected.algorithm and expected.kind == "other":
        return dataclasses.replace(expected, kind="other" if named in (None, "csv") else named), (
            [] if named else [_unread(name, f"{files[0].name}: not looked into, its name does not tell the format")]
        )
    if expected.content_type is None and named == "csv" and expected.kind in ("libsvm", "other"):
        takes = "XGBoost reads LIBSVM then" if expected.kind == "libsvm" else "the algorithm cannot tell that it is CSV"
        finding = DataFinding(
            check="content-type",
            severity="error" if expected.kind == "libsvm" else "warning",
            channel=name,
            place=f"data.channels.{name}",
            message=f"no content_type, but the files are CSV: {takes}",
            fix=f"write {name}: {{uri: ..., content_type: text/csv}}",
        )
        return dataclasses.replace(expected, kind="csv"), [finding]
    if expected.kind == "other":
        return expected, [_unread(name, f"{files[0].name}: not looked into, its format is not known here")]
    return expected, []


def _read(
    name: str, files: Sequence[Path], expected: Expected, keys: Keys, tally: Tally, limit: int
) -> tuple[Sheet | None, Look]:
    kind = expected.kind
    size = sum(file.stat().st_size for file in files)
    if kind in ("images", "recordio", "protobuf"):
        check_marks(files, kind, tally)
        return None, Look(name, len(files), size, 0, is_whole=False)
    if kind == "parquet":
        sheet = read_parquet(name, files, expected, keys, tally)
        whole = sheet is None or sheet.is_whole
    else:
        part = excerpt(files, limit)
        sheet, whole = None, part.is_whole
        if kind in LINE_KINDS:
            sheet = read_lines(name, part, kind, keys, tally)
        elif kind == "csv" or any(_BY_ENDING.get(Path(f.name.removesuffix(".gz")).suffix) == "csv" for f in files):
            sheet = read_csv(name, part, expected, keys, tally)
    return sheet, Look(name, len(files), size, 0 if sheet is None else len(sheet.rows), is_whole=whole)


def _unread(name: str, message: str) -> DataFinding:
    return DataFinding("not-looked-at", "note", name, name, message, "")


def _error(
    check: str, name: str, place: str, message: str, fix: str = "name a file or a folder of files"
) -> DataFinding:
    return DataFinding(check, "error", name, place, message, fix)
