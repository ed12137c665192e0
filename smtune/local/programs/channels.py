"""Channels of the built-in algorithms of one family (k-means, KNN, linear learner): CSV or recordio-protobuf."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import TrainingFolder
from smtune.local.programs.recordio import read_records
from smtune.local.programs.tables import Floats, Table, data_files, read_csv, stacked

_RECORDS = "application/x-recordio-protobuf"
_LABEL_SIZES = {"label_size=0": 0, "label_size=1": 1}


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
        table = _csv_table(
            name, stacked([read_csv(file, labelled=_labels(options) > 0) for file in files], files), options
        )
    elif kind == _RECORDS:
        table = _dense(read_records(files), name)
    else:
        message = f"channel {name}: the content type is {content_type}, and not text/csv or {_RECORDS}"
        raise UserError(message)
    _check(table, name, labelled=labelled, width=width)
    return table


def _labels(options: list[str]) -> int:
    """How many label columns come first; 1 where the content type does not say."""
    return next((_LABEL_SIZES[each] for each in options if each in _LABEL_SIZES), 1)


def _csv_table(name: str, rows: Floats, options: list[str]) -> Table:
    first = _labels(options)
    if rows.shape[1] <= first:
        message = f"channel {name} has {rows.shape[1]} columns: a label and at least one feature are needed"
        raise UserError(message)
    labels = rows[:, 0] if first else np.full(len(rows), np.nan, np.float32)
    return Table(rows[:, first:], labels)


def _dense(table: Table | None, name: str) -> Table:
    if table is None:
        message = f"channel {name} holds no records"
        raise UserError(message)
    features: Any = table.features
    return table if isinstance(features, np.ndarray) else replace(table, features=features.toarray())


def _check(table: Table, name: str, *, labelled: bool, width: int | None) -> None:
    if width is not None and table.features.shape[1] != width:
        found = f"channel {name} has {table.features.shape[1]} features, and feature_dim is {width}"
        hint = "" if labelled else ": for CSV without labels, the content type is text/csv;label_size=0"
        raise UserError(found + hint)
    if not np.isfinite(table.features).all():
        message = f"channel {name} has a feature that is missing or not finite"
        raise UserError(message)
    if labelled and not np.isfinite(table.labels).all():
        message = f"channel {name} has rows without a label"
        raise UserError(message)
