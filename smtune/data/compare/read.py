"""A file, a folder of files, a DataFrame or a place on S3 -> rows; the readers are those of `smtune data check`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from smtune.data.check.builder import SAMPLE
from smtune.data.check.channels import read_rows
from smtune.data.check.expect import Expected, Kind
from smtune.data.check.names import Keys
from smtune.data.compare.pair import Rows
from smtune.data.compare.settings import CompareSettings
from smtune.errors import UsageError

if TYPE_CHECKING:
    import boto3

FORMATS = ("csv", "jsonl", "libsvm", "parquet")
Source = str | Path | pd.DataFrame


@dataclass(frozen=True)
class Reader:
    """How sets are read."""

    settings: CompareSettings
    session: boto3.Session | None = None
    """Where s3:// is; without it nothing there is read."""

    def read(self, source: Source, name: str) -> tuple[Rows, tuple[str, ...]]:
        """The rows, and notes on what could not be read; `name` is what a DataFrame is called.

        Raises UsageError where there are no rows, ServiceError where S3 does not give them.
        """
        rows, notes = self._read(source, name)
        return replace(rows, frame=rows.frame.drop(columns=list(self.settings.without), errors="ignore")), notes

    def _read(self, source: Source, name: str) -> tuple[Rows, tuple[str, ...]]:
        if isinstance(source, pd.DataFrame):
            return _of_frame(source, name, self.settings.seed), ()
        if str(source).startswith("s3://"):
            return self._read_stored(str(source))
        return self._read_files(Path(source), str(source), self.settings.limit)

    def _read_stored(self, uri: str) -> tuple[Rows, tuple[str, ...]]:
        if self.session is None:
            message = f"{uri} is on S3, and there is no session to read it with"
            raise UsageError(f"{message}\n    give one: compare_data(..., session=smtune.connect('aws'))")
        from smtune.data.compare.stored import fetched

        settings = self.settings
        with fetched(self.session, uri, settings.limit, settings.format) as copy:
            try:
                # Of what was fetched in part all is read: the limit has been kept already.
                rows, notes = self._read_files(copy.path, uri, settings.limit if copy.is_whole else 0)
            except UsageError as error:
                raise UsageError(copy.renamed(str(error))) from None
        notes = (*copy.notes, *(copy.renamed(note) for note in notes))
        return replace(rows, is_whole=rows.is_whole and copy.is_whole), notes

    def _read_files(self, path: Path, name: str, limit: int) -> tuple[Rows, tuple[str, ...]]:
        asked = self.settings.format
        kind: Kind = next((each for each in get_args(Kind) if each == asked), "other")
        # The content type keeps a format that was asked for from being guessed by the files' names.
        content_type = None if kind == "other" else kind
        expected = Expected(kind, "", has_label=False, header=self.settings.header, content_type=content_type)
        reading = read_rows(name, path, expected, Keys(), limit)
        if reading.sheet is None:
            why = next((each for each in reading.findings), None)
            message = "there are no rows" if why is None else why.message
            fix = f"\n    say the format: --format {'|'.join(FORMATS)}" if asked is None and path.exists() else ""
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
