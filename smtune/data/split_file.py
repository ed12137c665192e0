"""A file of rows -> a folder with one file for each part: all of them or none, and nothing of others overwritten."""

from __future__ import annotations

import dataclasses
import filecmp
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from smtune.data.complaint import no_column
from smtune.data.cut import Rows, cut_rows
from smtune.data.parts import PartFile, SplitFiles
from smtune.data.table_file import TableFile, read_table_file
from smtune.data.times import read_times
from smtune.errors import SpecError, UsageError
from smtune.files import folder_beside
from smtune.spec import Split

MOST_CLASSES = 20
"""A column with more different values is no column of classes: shares of them say nothing."""
_FAR = 0.01
_OPTIONS = {"data.source": "", "data.label": "--label", "data.split": "--shares"}
_OPTIONS |= {f"data.split.{key}": f"--{key}" for key in ("stratify", "group", "time")}


def split_file(
    source: Path, folder: Path, split: Split, *, label: str | None = None, kind: str | None = None
) -> SplitFiles:
    """Split the rows of `source` (CSV, TSV, JSON lines or Parquet) into files of the same format in `folder`.

    The folder is new, or empty, or has the same files already. Raises SpecError for a table that cannot be split so,
    UsageError for a folder with anything else in it.
    """
    try:
        table, found = read_table_file(source, kind)
        keys = _read_keys(table, split, label)
        cuts = cut_rows(keys, split)
        parts, notes = _describe(keys, cuts, split, label)
    except SpecError as error:
        raise _of_options(error, source) from None
    made = {name: f"{name}.{found}" for name in cuts}
    unchanged = _write(table, {made[name]: rows for name, rows in cuts.items()}, folder)
    return SplitFiles(
        source=source,
        folder=folder,
        format=found,
        rows=len(table),
        how="time" if split.time else "group" if split.group else "stratified" if split.stratify else "random",
        column=split.time or split.group or split.stratify,
        classes_of=(label or split.stratify) if parts[0].classes is not None else None,
        parts=tuple(dataclasses.replace(part, file=folder / made[part.name]) for part in parts),
        notes=notes,
        unchanged=unchanged,
    )


def _read_keys(table: TableFile, split: Split, label: str | None) -> pd.DataFrame:
    named = {"data.label": label} | {f"data.split.{key}": getattr(split, key) for key in ("stratify", "group", "time")}
    for path, column in named.items():
        if column is not None and column not in table.columns:
            raise no_column(column, table.columns, path)
    wanted = dict.fromkeys(column for column in named.values() if column is not None)
    return table.keys(wanted) if wanted else pd.DataFrame(index=range(len(table)))


def _of_options(error: SpecError, source: Path) -> SpecError:
    """The same problems, under the names that the command's options have."""
    problems = [
        dataclasses.replace(problem, path=_OPTIONS.get(problem.path, problem.path)) for problem in error.problems
    ]
    return SpecError(tuple(problems), source=str(source))


# What each part has


def _describe(
    keys: pd.DataFrame, cuts: Mapping[str, Rows], split: Split, label: str | None
) -> tuple[tuple[PartFile, ...], tuple[str, ...]]:
    counted = label or split.stratify
    classes = sorted(keys[counted].unique()) if counted else []
    moments = read_times(keys[split.time], "data.split.time") if split.time else None
    parts = []
    for name, rows in cuts.items():
        part = PartFile(name, Path(), len(rows), len(rows) / len(keys), split.shares[name])
        if counted and len(classes) <= MOST_CLASSES:
            had = keys[counted].iloc[rows].value_counts()
            part = dataclasses.replace(part, classes={each: int(had.get(each, 0)) for each in classes})
        if split.group:
            part = dataclasses.replace(part, groups=keys[split.group].iloc[rows].nunique())
        if moments is not None:
            ordered = moments.iloc[rows].argsort()
            times = keys[split.time].iloc[rows]
            part = dataclasses.replace(part, first=times.iloc[ordered.iloc[0]], last=times.iloc[ordered.iloc[-1]])
        parts.append(part)
    return tuple(parts), tuple(_notes(keys, split, parts, len(classes)))


def _notes(keys: pd.DataFrame, split: Split, parts: list[PartFile], classes: int) -> list[str]:
    found = []
    what = f"the groups of {split.group}" if split.group else f"equal values of {split.time}"
    if (split.group or split.time) and any(abs(part.share - part.asked) > _FAR for part in parts):
        had, asked = (" / ".join(f"{100 * value:.3g}" for value in each) for each in _both(parts))
        found.append(f"{what} stay together, so the shares are {had} % instead of {asked} %")
    if split.group and (keys[split.group].str.strip() == "").any():
        blank = int((keys[split.group].str.strip() == "").sum())
        found.append(f"{blank} rows have no {split.group}: they count as one group")
    lacking = [f"{name} in {part.name}" for part in parts for name, count in (part.classes or {}).items() if not count]
    if lacking:
        found.append(f"no row of class {', '.join(lacking)}: nothing can be learned or measured there")
    if classes > MOST_CLASSES:
        found.append(f"the label has {classes} different values, so no classes are counted")
    return found


def _both(parts: list[PartFile]) -> tuple[list[float], list[float]]:
    return [part.share for part in parts], [part.asked for part in parts]


# Files


def _write(table: TableFile, files: Mapping[str, Rows], folder: Path) -> bool:
    """Put the files into the folder, all at once; whether they stood there before."""
    with folder_beside(folder) as made:
        for name, rows in files.items():
            table.write(rows, made / name)
        if folder.is_dir() and any(folder.iterdir()):
            _require_same(made, folder)
            return True
        if folder.exists() and not folder.is_dir():
            message = f"{folder} is a file: name a new folder"
            raise UsageError(message)
        made.replace(folder)  # over an empty folder too, and in one step
    return False


def _require_same(made: Path, folder: Path) -> None:
    names = sorted(file.name for file in made.iterdir())
    _, other, missing = filecmp.cmpfiles(made, folder, names, shallow=False)
    held_out = {f"{name}{file.suffix}" for file in made.iterdir() for name in ("test", "train_dev")}
    stale = [name for name in sorted(held_out - set(names)) if (folder / name).exists()]
    if other or missing or stale:
        first = (other or stale or [next(folder.iterdir()).name])[0]
        message = f"{folder} has other files ({first}): nothing was written; name a new folder, or remove that one"
        raise UsageError(message)
