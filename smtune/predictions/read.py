"""The file: one row a prediction, with the set it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smtune.errors import UsageError, listed, shown

SETS = {
    "train": "train",
    "train_dev": "train_dev",
    "train-dev": "train_dev",
    "validation": "validation",
    "test": "test",
}
PEOPLE = "human:"
_NEEDED = ("set", "label")


@dataclass(frozen=True)
class Predictions:
    """`frame` has the columns set, label, and prediction or score; perhaps group, and `human:LABEL` for people.

    All are text, as in the file. `score` is what the model gives for the second class: a probability for log loss.
    """

    source: str
    frame: pd.DataFrame

    @property
    def people(self) -> dict[str, list[str]]:
        """Label of a group of people -> the columns with their answers: `human:doctor#1` and `human:doctor#2`."""
        found: dict[str, list[str]] = {}
        for column in self.frame.columns:
            if column.startswith(PEOPLE):
                found.setdefault(column.removeprefix(PEOPLE).partition("#")[0].strip(), []).append(column)
        return found

    def of(self, name: str) -> pd.DataFrame:
        """The rows of one set."""
        return self.frame[self.frame["set"] == name]


def read_predictions(path: Path) -> Predictions:
    """Read a CSV file with a header.

    Raises:
        UsageError: it cannot be read, lacks a column, names a set that is none, or leaves a cell empty.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as CSV with a header: {error}"
        raise UsageError(message) from None
    frame = frame.rename(columns=str.strip).apply(lambda column: column.str.strip())
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing or not {"prediction", "score"} & set(frame.columns):
        missing = [*missing, *([] if {"prediction", "score"} & set(frame.columns) else ["prediction (or score)"])]
        message = f"{path} has no column {', '.join(missing)}; its columns are {listed(frame.columns, 8)}"
        raise UsageError(message)
    _check_cells(path, frame)
    return Predictions(str(path), frame.assign(set=frame["set"].str.lower().map(SETS)))


def _check_cells(path: Path, frame: pd.DataFrame) -> None:
    unknown = ~frame["set"].str.lower().isin(SETS)
    if unknown.any():
        row, name = int(unknown.to_numpy().argmax()) + 2, frame["set"][unknown].iloc[0]
        message = f"{path}:{row}: the set {shown(name)} is none of train, train_dev, validation, test"
        raise UsageError(message)
    for column in frame.columns.intersection(["label", "prediction", "score", "group"]):
        empty = frame[column] == ""
        if empty.any():
            message = (
                f"{path}:{int(empty.to_numpy().argmax()) + 2}: {column} is empty; give every row one, or leave it out"
            )
            raise UsageError(message)
