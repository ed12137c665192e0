"""A file, a folder of files or a DataFrame -> rows to compare; the readers are those of `smtune data check`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd

from smtune.data.check.builder import SAMPLE
from smtune.data.check.channels import read_rows
from smtune.data.check.expect import Expected, Kind
from smtune.data.check.names import Keys
from smtune.data.compare.pair import Rows
from smtune.errors import UsageError

FORMATS = ("csv", "jsonl", "libsvm", "parquet")
Source = str | Path | pd.DataFrame


@dataclass(frozen=True)
class Reader:
    """How files are read."""

    header: bool | None = None
    """Whether CSV files begin with the names of the columns; None: see for yourself."""
    format: str | None = None
    """One of FORMATS; None: as the names of the files say."""
    limit: int = 0
    """Read at most about so many bytes of a set; 0: all."""

    def read(self, source: Source, name: str, seed: int) -> tuple[Rows, tuple[str, ...]]:
        """The rows, and notes on what could not be read.

        Raises UsageError where there are no rows, and for what is not on this machine.
        """
        if isinstance(source, pd.DataFrame):
            return _of_frame(source, name, seed), ()
        if str(source).startswith("s3://"):
            message = f"{source} is on S3, and only files of this machine are compared"
            raise UsageError(f"{message}\n    fetch it first: aws s3 cp --recursive {source} FOLDER")
        return self._read_files(Path(source), str(source))

    def _read_files(self, path: Path, name: str) -> tuple[Rows, tuple[str, ...]]:
        kind: Kind = next((each for each in get_args(Kind) if each == self.format), "other")
        # The content type keeps a format that was asked for from being guessed by the files' names.
        content_type = None if kind == "other" else kind
        expected = Expected(kind, "", has_label=False, header=self.header, content_type=content_type)
        reading = read_rows(name, path, expected, Keys(), self.limit)
        if reading.sheet is None:
            why = next((each for each in reading.findings), None)
            message = "there are no rows" if why is None else why.message
            fix = f"\n    say the format: --format {'|'.join(FORMATS)}" if self.format is None and path.exists() else ""
            raise UsageError(f"{name}: {message}{fix}")
        sheet = reading.sheet
        frame = sheet.sample
        if reading.expected.kind == "libsvm":
            frame = frame.mask(frame == "", "0")  # what a line of LIBSVM leaves out is zero
        notes = tuple(f"{each.place}: {each.message}" for each in reading.findings)
        numbered = sheet.columns[0] == "column 0"
        return Rows(name, frame, len(sheet.rows), sheet.is_whole, sheet.rows, is_numbered=numbered), notes


def _of_frame(frame: pd.DataFrame, name: str, seed: int) -> Rows:
    if frame.empty:
        message = f"{name}: there are no rows"
        raise UsageError(message)
    named = frame.set_axis([str(column) for column in frame.columns], axis=1)
    if named.columns.has_duplicates:
        message = f"{name}: more than one column {named.columns[named.columns.duplicated()][0]!r}"
        raise UsageError(message)
    sample = named if len(named) <= SAMPLE else named.sample(SAMPLE, random_state=seed).sort_index()
    texts = sample.astype(object).where(sample.notna(), "").astype(str).reset_index(drop=True)
    hashes = pd.util.hash_pandas_object(named.astype(str), index=False).to_numpy(np.uint64).view(np.int64)
    return Rows(name, texts, len(named), True, hashes)
