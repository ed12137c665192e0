"""A mismatch that the errors show, checked against the rows: in which columns do the two sets differ?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.data.compare import ColumnDifference, CompareSettings, DataComparison, compare_data
from smtune.data.recipe import is_label_first
from smtune.diagnosis import Diagnosis
from smtune.diagnosis.model import GapName
from smtune.evaluate import definition_of
from smtune.results import Best, Calls
from smtune.results.channels import StoredChannel, channels_of
from smtune.spec import BuiltIn, Table, TuningSpec

_LIMIT = 8 << 20
"""Bytes of a set that are fetched: some ten thousand rows, of which four thousand are compared."""
_NAMED = 5
_FORMATS = {
    "text/csv": "csv",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "application/jsonlines": "jsonl",
    "application/x-parquet": "parquet",
}


@dataclass(frozen=True)
class Corroboration:
    """What the rows of two sets say about a gap between their errors."""

    gap: GapName
    sets: tuple[str, str]
    """The names of the sets: training, or validation, and the one that the model does worse on."""
    found: DataComparison
    is_numbered: bool = False
    """Whether the files have no names of columns."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict of the comparison, then the columns that differ most."""
        a, b = self.sets
        columns = [_told(each, b, a) for each in self.found.differing[:_NAMED]]
        more = len(self.found.differing) - len(columns)
        left = [f"and {more} columns more"] if more > 0 else []
        said = self.found.sentence
        verdict = f" differ: {said.removeprefix('differs: ')}" if self.found.verdict == "differs" else f": {said}"
        counted = " (column 0 is the label)" if self.is_numbered and columns else ""
        return (f"The rows of {a} and {b}{verdict}{counted}", *columns, *left)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"gap": self.gap, "sets": list(self.sets), **self.found.to_dict()}


def corroborate(
    session: boto3.Session, diagnosis: Diagnosis, spec: TuningSpec, best: Best, held_out: Mapping[str, str]
) -> Iterator[Corroboration]:
    """Compare the rows of each two sets between which `diagnosis` sees a mismatch. `held_out`: set -> its S3 URI.

    Raises SmtuneError where the rows cannot be read, or are of a format that cannot be compared.
    """
    suspects = {gap.name for gap in diagnosis.gaps if gap.verdict == "present" and gap.cause != "selection"}
    pairs: dict[GapName, tuple[str, str]] = {
        "data_mismatch": ("train", "validation"),
        "validation_to_test": ("validation", "test"),
    }
    wanted = {gap: sets for gap, sets in pairs.items() if gap in suspects}
    if not wanted:
        return
    stored = dict(channels_of(Calls(session), best.name))
    like = stored.get("validation", StoredChannel("")).content_type
    stored |= {name: StoredChannel(uri, like) for name, uri in held_out.items()}
    for gap, (a, b) in wanted.items():
        if a in stored and b in stored:
            yield _compared(session, gap, ((a, stored[a]), (b, stored[b])), _files(spec, best, stored[a]))


@dataclass(frozen=True)
class _Files:
    """What the files of the sets are like."""

    format: str | None
    is_numbered: bool
    label: str | None = None
    group: str | None = None
    time: str | None = None


def _files(spec: TuningSpec, best: Best, channel: StoredChannel) -> _Files:
    kind = _FORMATS.get(channel.content_type.partition(";")[0].strip().lower())
    if isinstance(spec.data, Table) and not is_label_first(spec, spec.data):
        return _Files(kind, False, spec.data.label, spec.data.split.group, spec.data.split.time)
    is_numbered = kind == "csv" and (
        isinstance(spec.data, Table) or isinstance(definition_of(spec, best).algorithm, BuiltIn)
    )
    return _Files(kind, is_numbered, "0" if is_numbered else None)


def _compared(
    session: boto3.Session, gap: GapName, sets: tuple[tuple[str, StoredChannel], tuple[str, StoredChannel]], are: _Files
) -> Corroboration:
    """Time and group say which set a row is of, so they differ whatever the rows are like."""
    (a, ours), (b, theirs) = sets
    settings = CompareSettings(
        header=not are.is_numbered if are.is_numbered or are.label else None,
        format=are.format,
        limit=_LIMIT,
        without=(are.time,) if are.time else (),
    )
    found = compare_data(ours.uri, theirs.uri, label=are.label, group=are.group, settings=settings, session=session)
    return Corroboration(gap, (a, b), found, are.is_numbered)


def _told(column: ColumnDifference, b: str, a: str) -> str:
    label = " (the label)" if column.is_label else ""
    return f"{column.column}{label}, {b} against {a}: {column.words}"
