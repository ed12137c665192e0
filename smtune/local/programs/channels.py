"""Channels of the built-in algorithms of one family (k-means, KNN, linear learner): CSV or recordio-protobuf."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import TrainingFolder
from smtune.local.programs.recordio import read_records
from smtune.local.programs.tables import Table, data_files, read_csv, stacked

_RECORDS = "application/x-recordio-protobuf"
_LABEL_SIZES = {"0": 0, "1": 1}


def read_channel(job: TrainingFolder, name: str, *, labelled: bool, width: int | None) -> Table | None:
    """A channel's rows, dense; None where the job has none. Raises UserError.

    `labelled`: whether the algorithm needs labels; without them any are left out. `width`: the number of features
    that the hyperparameters promise.
    """
    if name not in job.channels:
        return None
    content_type = job.channels[name].get("ContentType", _RECORDS)
    files = [file for file in data_files(job.data(name)) if file.stat().st_size]
    if not files:
        message = f"channel {name} holds no data"
        raise UserError(message)
    kind, *options = (part.strip() for part in content_type.lower().split(";"))
    if kind == "text/csv":
        table = _csv_table(name, files, _labels(name, options))
    elif kind == _RECORDS:
        table = _filled(read_records(files), name)
    else:
        message = f"channel {name}: the content type is {content_type}, and not text/csv or {_RECORDS}"
        raise UserError(message)
    _check_width(table, name, labelled=labelled, width=width)
    table = _dense(table, name)
    _check_values(table, name, labelled=labelled)
    return table


def _labels(name: str, options: list[str]) -> int:
    """How many label columns come first; 1 where the content type does not say. Raises UserError for more."""
    given = {key.strip(): value.strip() for key, _, value in (option.partition("=") for option in options)}
    size = given.get("label_size", "1")
    if size not in _LABEL_SIZES:
        message = f"channel {name}: label_size is 0 or 1, and not {size}"
        raise UserError(message)
    return _LABEL_SIZES[size]


def _csv_table(name: str, files: list[Path], first: int) -> Table:
    rows = stacked([read_csv(file, labelled=first > 0) for file in files], files)
    if rows.shape[1] <= first:
        message = f"channel {name} has {rows.shape[1]} columns: a label and at least one feature are needed"
        raise UserError(message)
    labels = rows[:, 0] if first else np.full(len(rows), np.nan, np.float32)
    return Table(rows[:, first:], labels)


def _filled(table: Table | None, name: str) -> Table:
    if table is None:
        message = f"channel {name} holds no records"
        raise UserError(message)
    return table


def _dense(table: Table, name: str) -> Table:
    features: Any = table.features
    if isinstance(features, np.ndarray):
        return table
    try:
        return replace(table, features=features.toarray())
    except (MemoryError, ValueError) as error:  # more than memory holds, or than NumPy can count
        message = f"channel {name}: there is no room for rows of {features.shape[1]} features"
        raise UserError(message) from error


def _check_width(table: Table, name: str, *, labelled: bool, width: int | None) -> None:
    if width is not None and table.features.shape[1] != width:
        found = f"channel {name} has {table.features.shape[1]} features, and feature_dim is {width}"
        hint = "" if labelled else ": for CSV without labels, the content type is text/csv;label_size=0"
        raise UserError(found + hint)


def _check_values(table: Table, name: str, *, labelled: bool) -> None:
    if not np.isfinite(table.features).all():
        message = f"channel {name} has a feature that is missing or not finite"
        raise UserError(message)
    if labelled and not np.isfinite(table.labels).all():
        message = f"channel {name} has rows without a label"
        raise UserError(message)
