"""A spec -> what a launch would upload, without pandas, without splitting a table and without sending anything."""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smtune.data.complaint import complaint, known_columns
from smtune.data.csv_rows import open_rows
from smtune.data.prepare import prepare
from smtune.data.recipe import digest, table_fingerprint
from smtune.errors import Problem, SpecError
from smtune.plan import Prepared
from smtune.plan.document import PlannedFile, SourceFile
from smtune.spec import Script, Table, TuningSpec
from smtune.veil import kept_text


@dataclass(frozen=True)
class Survey:
    """What `prepare` would make."""

    prepared: Prepared
    """As `prepare` gives it, so that a plan made of it is the launch's own; its files need not exist."""
    files: tuple[PlannedFile, ...]
    """One for each upload of the plan, in its order."""


def survey(spec: TuningSpec, folder: Path) -> Survey:
    """Look at what `spec` names (relative to `folder`); raises SpecError for data it cannot use.

    A table is not split: its parts have a share of the rows instead of a size.
    """
    table = spec.data if isinstance(spec.data, Table) else None
    with tempfile.TemporaryDirectory(prefix="smtune-") as workspace:
        # Without its table a spec is prepared in no time: nothing of pandas is loaded.
        prepared = prepare(spec.model_copy(update={"data": None}) if table else spec, folder, Path(workspace))
        files = [_planned(file, folder) for group in prepared.files.values() for file in group]
        code = [_archive(prepared.code, spec, folder)] if prepared.code else []
        if table is not None:
            parts = _parts(table, folder)
            files = [part for _, part in parts]
            prepared = dataclasses.replace(
                prepared,
                files={name: (Path(name) / f"{name}.csv",) for name, _ in parts},
                fingerprint=table_fingerprint(spec, table, folder, prepared.code),
            )
    return Survey(prepared, (*files, *code, _spec(spec)))


def _planned(file: Path, folder: Path) -> PlannedFile:
    source = _source(file, folder)
    return PlannedFile(kind="file", sources=(source,), bytes=source.bytes, sha256=source.sha256)


def _archive(archive: Path, spec: TuningSpec, folder: Path) -> PlannedFile:
    from smtune.data.source import source_files

    script = next(item.algorithm.script for item in spec.definitions if isinstance(item.algorithm, Script))
    sources = tuple(_source(file, folder) for file in source_files(folder / script.source_dir))
    return PlannedFile(kind="archive", sources=sources, bytes=archive.stat().st_size, sha256=digest(archive))


def _parts(table: Table, folder: Path) -> list[tuple[str, PlannedFile]]:
    _check_table(table, folder / table.source)
    sources = (_source(folder / table.source, folder),)
    return [
        (name, PlannedFile(kind="part", sources=sources, share=share)) for name, share in table.split.shares.items()
    ]


def _spec(spec: TuningSpec) -> PlannedFile:
    text = kept_text(spec).encode()
    return PlannedFile(kind="spec", sources=(), bytes=len(text), sha256=hashlib.sha256(text).hexdigest())


def _source(file: Path, folder: Path) -> SourceFile:
    relative = file.relative_to(folder) if file.is_relative_to(folder) else file
    return SourceFile(relative.as_posix(), file.stat().st_size, digest(file))


def _check_table(table: Table, path: Path) -> None:
    """Refuse early what the split would refuse: no file, no such column, no rows."""
    with open_rows(path) as rows:
        problems = tuple(_missing_columns(table, next(rows, [])))
        has_rows = any(rows)
    if problems:
        raise SpecError(problems, source="data")
    if not has_rows:
        raise complaint("data.source", f"{path} has no rows", "give a CSV file with a header and rows")


def _missing_columns(table: Table, header: list[str]) -> Iterator[Problem]:
    named = {"stratify": table.split.stratify, "group": table.split.group, "time": table.split.time}
    columns = {"data.label": table.label, **{f"data.split.{key}": column for key, column in named.items()}}
    for key, column in columns.items():
        if column is not None and column not in header:
            yield Problem(0, 0, key, f"there is no column {column!r}", known_columns(header))
