"""Channels of the built-in XGBoost as matrices: CSV without a header, LIBSVM, Parquet and recordio-protobuf."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smtune.local.programs.failures import UserError
from smtune.local.programs.libsvm import read_libsvm
from smtune.local.programs.recordio import read_records
from smtune.local.programs.tables import Floats, Table, data_files, read_csv, read_parquet, stacked
from smtune.local.programs.xgboost_light import reason, xgb

_LOG = logging.getLogger(__name__)
_FORMATS = {
    "csv": "csv", "text/csv": "csv",
    "libsvm": "libsvm", "text/libsvm": "libsvm", "text/x-libsvm": "libsvm",
    "parquet": "parquet", "application/x-parquet": "parquet",
    "recordio-protobuf": "recordio-protobuf", "application/x-recordio-protobuf": "recordio-protobuf",
}  # fmt: skip
_DEFAULT = "text/libsvm"


def matrix(table: Table) -> Any:
    """Rows as xgboost takes them; raises UserError for those that it does not."""
    try:
        return xgb.DMatrix(table.features, label=table.labels, weight=table.weights, qid=table.groups)
    except (xgb.core.XGBoostError, ValueError) as error:
        message = f"Failed to load the data with exception:\n {reason(error)}"
        raise UserError(message) from error


def check_channel(name: str, channel: Mapping[str, str]) -> None:
    """Raise UserError, as the container, for a content type it does not know to the letter, and for Pipe mode."""
    content_type = channel.get("ContentType", _DEFAULT)
    if content_type not in _FORMATS:
        message = f"Channel configuration for '{name}' channel is not supported: {dict(channel)}"
        raise UserError(f"{message} (ContentType is one of {', '.join(_FORMATS)})")
    if channel.get("TrainingInputMode", "File") == "Pipe":
        message = f"channel {name}: TrainingInputMode Pipe is not supported on this machine: use File"
        raise UserError(message)


def data_format(content_type: str | None) -> str:
    """`csv`, `libsvm` (the default), `parquet` or `recordio-protobuf`; raises UserError for anything else.

    Parameters such as `; charset=utf8` are put up with: who scores a model need not write as the container wants it.
    """
    kind, *options = (part.strip() for part in (content_type or _DEFAULT).lower().split(";"))
    found = _FORMATS.get(kind)
    if found is None:
        message = f"{content_type} is not an accepted ContentType: {', '.join(_FORMATS)}."
        raise UserError(message)
    if found == "csv" and any(o.startswith("label_size=") and o != "label_size=1" for o in options):
        wrong = f"{content_type} is not an accepted csv ContentType."
        message = f"{wrong} Optional parameter label_size must be equal to 1"
        raise UserError(message)
    return found


def load(folders: Sequence[Path], content_type: str | None, *, csv_weights: bool = False) -> Table | None:
    """All rows of all files in these folders; None where there is none. Raises UserError, with file and line.

    With `csv_weights` the column after the label of a CSV file holds the rows' weights.
    """
    kind = data_format(content_type)
    files = [file for folder in folders for file in data_files(folder) if file.stat().st_size]
    if not files:
        return None
    if kind == "libsvm":
        return read_libsvm(files)
    if kind == "recordio-protobuf":
        return read_records(files)
    blocks = [read_csv(file) if kind == "csv" else read_parquet(file) for file in files]
    table = _dense_table(stacked(blocks, files), weighted=csv_weights and kind == "csv")
    return table if len(table.labels) else None


def warn_of_copies(train: Path, validation: Path) -> None:
    """Log the container's warning about files of the same name and size in both channels."""
    ours = {file.name: file for file in train.iterdir() if file.is_file()} if train.is_dir() else {}
    for other in validation.iterdir() if validation.is_dir() else ():
        file = ours.get(other.name)
        if file is not None and other.is_file() and file.stat().st_size == other.stat().st_size:
            _LOG.warning(
                "Suspected identical files found. (%s and %swith same size %s bytes). Note: Duplicate data in the "
                "training set and validation set is usually not intentional and can impair the validity of the model "
                "evaluation by the validation score.",
                file, other, file.stat().st_size,
            )  # fmt: skip


def _dense_table(rows: Floats, *, weighted: bool) -> Table:
    first = 2 if weighted else 1
    if rows.shape[1] <= first:
        message = f"the data has {rows.shape[1]} columns: a label and at least one feature are needed"
        raise UserError(message)
    return Table(rows[:, first:], rows[:, 0], rows[:, 1] if weighted else None)
