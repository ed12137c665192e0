"""The data of the built-in LightGBM and CatBoost, as their documentation lays it out: CSV, the label first, no header.

    channels train (or training) and validation, or in the one channel the folders train/ and validation/
    categorical_index.json     beside the training data: {"cat_index_list": [3, 5]}, columns of the CSV, optional

Without validation data a fifth of the training rows, drawn at random, becomes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import TrainingFolder
from smtune.local.programs.tables import data_files

_CATEGORIES = "categorical_index.json"
_KEYS = ("cat_index_list", "cat_index")
_TRAIN = ("train", "training")
_HELD_OUT = 0.2


@dataclass(frozen=True)
class Tabular:
    """Rows of features and labels to train and to validate with."""

    features: pd.DataFrame
    labels: pd.Series[Any]
    validation: tuple[pd.DataFrame, pd.Series[Any]]
    categories: tuple[int, ...]
    """Categorical features, by their number without the label: the first one is 0."""


def read_tabular(job: TrainingFolder, seed: int) -> Tabular:
    """Everything; raises UserError, with the file."""
    name = next((each for each in _TRAIN if each in job.channels), None)
    if name is None:
        message = f"there is no channel {' or '.join(_TRAIN)}"
        raise UserError(message)
    _check_content_type(job, name)
    root = job.data(name)
    inner = root / "train"
    table = _read(inner if inner.is_dir() else root)
    if table is None:
        message = f"channel {name} holds no CSV file"
        raise UserError(message)
    categories = _categories(root, table.shape[1])
    _check(table, categories)
    held_out = _read(job.data("validation")) if "validation" in job.channels else _read(root / "validation")
    if held_out is None:
        table, held_out = _divided(table, seed)
    if held_out.shape[1] != table.shape[1]:
        message = f"training data have {table.shape[1]} columns, validation data {held_out.shape[1]}"
        raise UserError(message)
    _check(held_out, categories)
    labels, truth = _alike(table.iloc[:, 0], held_out.iloc[:, 0])
    return Tabular(table.iloc[:, 1:], labels, (held_out.iloc[:, 1:], truth), categories)


def _divided(table: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and validation data."""
    if len(table) < 2:
        message = "one row cannot be divided into training and validation data"
        raise UserError(message)
    chosen = np.random.default_rng(seed).permutation(len(table))
    count = max(1, round(len(table) * _HELD_OUT))
    return table.iloc[chosen[count:]], table.iloc[chosen[:count]]


def _alike(*labels: pd.Series[Any]) -> Iterator[pd.Series[Any]]:
    """Labels as numbers where all of them are, else as words: each file was read for itself."""
    numbers = all(pd.api.types.is_numeric_dtype(each.dtype) for each in labels)
    return (each if numbers else each.astype(str) for each in labels)


def _check_content_type(job: TrainingFolder, name: str) -> None:
    found = job.channels[name].get("ContentType", "text/csv")
    if found.partition(";")[0].strip().lower() != "text/csv":
        message = f"channel {name}: the content type is {found}, and not text/csv"
        raise UserError(message)


def _read(folder: Path) -> pd.DataFrame | None:
    files = [file for file in data_files(folder) if file.suffix != ".json" and file.stat().st_size]
    if not files:
        return None
    try:
        tables = [pd.read_csv(file, header=None) for file in files]
    except (ValueError, pd.errors.ParserError) as error:
        message = f"{folder.name}: not CSV: {error}"
        raise UserError(message) from error
    if len({table.shape[1] for table in tables}) > 1:
        found = ", ".join(f"{file.name} {table.shape[1]}" for file, table in zip(files, tables, strict=True))
        message = f"the files of a channel differ in their number of columns: {found}"
        raise UserError(message)
    return pd.concat(tables, ignore_index=True)


def _categories(root: Path, columns: int) -> tuple[int, ...]:
    file = root / _CATEGORIES
    if not file.exists():
        return ()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    found = next((content[key] for key in _KEYS if key in content), None) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(type(each) is int and 0 < each < columns for each in found):
        message = f'{_CATEGORIES}: write {{"{_KEYS[0]}": [3, 5]}}, with columns from 1 to {columns - 1}'
        raise UserError(message)
    return tuple(each - 1 for each in found)


def _check(table: pd.DataFrame, categories: tuple[int, ...]) -> None:
    if table.shape[1] < 2:
        message = "a label and at least one feature are needed"
        raise UserError(message)
    for column in range(1, table.shape[1]):
        if column - 1 not in categories and not pd.api.types.is_numeric_dtype(table.dtypes.iloc[column]):
            cells = table.iloc[:, column].dropna()
            odd = next(iter(cells[pd.to_numeric(cells, errors="coerce").isna()]), cells.iloc[0])  # else too large
            message = (
                f"column {column} holds what is no number, as {odd!r}: "
                f"CSV has no header here, and columns of categories are listed in {_CATEGORIES}"
            )
            raise UserError(message)
    if table.iloc[:, 0].isna().any():
        message = "some rows have no label"
        raise UserError(message)
