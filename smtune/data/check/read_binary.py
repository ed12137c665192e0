"""Binary files: Parquet -> a Sheet; RecordIO and pictures -> only whether they are what they are said to be."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smtune.data.check.builder import SAMPLE
from smtune.data.check.expect import Expected, Kind
from smtune.data.check.model import Positions, Seen, Sheet
from smtune.data.check.names import Keys, unique_names
from smtune.data.check.tally import Fault, Tally

_RECORD = struct.pack("<I", 0xCED7230A)
"""What every RecordIO record begins with, MXNet's and the one around a protobuf message."""
_PICTURES: Mapping[bytes, str] = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_MOST_ROWS = 200_000
_NOT_RECORD = Fault(
    "not-recordio",
    "error",
    "{count} without RecordIO's mark at the beginning",
    "write it as RecordIO, or say another content_type",
    noun="file",
)
_NOT_PICTURE = Fault(
    "not-a-picture",
    "error",
    "{count} neither JPEG nor PNG",
    "convert it, or take it out of the channel",
    noun="file",
)
_NOT_PARQUET = Fault(
    "not-parquet",
    "error",
    "not a Parquet file: {detail}",
    "write it as Parquet, or say another content_type",
    noun="file",
)
_NOT_NUMBERS = Fault(
    "not-a-number",
    "error",
    "the column {detail} holds no numbers, which is all that {algorithm} reads",
    "encode text and dates as numbers, or leave the column out",
    noun="column",
)


def check_marks(files: Sequence[Path], kind: Kind, tally: Tally) -> None:
    """Look at the first bytes of each file: is it RecordIO, or a picture?"""
    for file in files:
        with file.open("rb") as stream:
            start = stream.read(8)
        if kind == "images" and not start.startswith(tuple(_PICTURES)):
            tally.add(_NOT_PICTURE, str(file))
        if kind in ("recordio", "protobuf") and not start.startswith(_RECORD):
            tally.add(_NOT_RECORD, str(file))


def read_parquet(name: str, files: Sequence[Path], expected: Expected, keys: Keys, tally: Tally) -> Sheet | None:
    """The first rows of a set, `line_of` counting rows; None where there is none."""
    frames, is_whole = list[pd.DataFrame](), True
    for file in files:
        try:
            frame, complete = _head(file, _MOST_ROWS // len(files))
        except (OSError, ValueError) as error:
            tally.add(_NOT_PARQUET, str(file), str(error).splitlines()[0])
            continue
        frames.append(frame.assign(**{"": str(file)}))
        is_whole = is_whole and complete
    if not frames:
        return None
    frame = pd.concat(frames, ignore_index=True)
    places = frame.pop("")
    if expected.numbers_only:
        fault = _NOT_NUMBERS.of(expected.algorithm)
        for column in frame.columns:
            if not (pd.api.types.is_numeric_dtype(frame[column]) or pd.api.types.is_bool_dtype(frame[column])):
                tally.add(fault, str(files[0]), str(column))
    return _sheet(name, frame, places, expected, keys, is_whole=is_whole)


def _head(file: Path, rows: int) -> tuple[pd.DataFrame, bool]:
    from pyarrow import parquet  # type: ignore[import-untyped]  # slow to import

    with parquet.ParquetFile(file) as source:
        batches, count = [], 0
        for batch in source.iter_batches(batch_size=min(rows, 50_000)):
            batches.append(batch.to_pandas())
            count += batch.num_rows
            if count >= rows:
                break
        total = source.metadata.num_rows
    return (pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()), count >= total


def _sheet(
    name: str, frame: pd.DataFrame, places: pd.Series, expected: Expected, keys: Keys, *, is_whole: bool
) -> Sheet | None:
    if frame.empty:
        return None
    frame.columns = pd.Index(unique_names([str(column) for column in frame.columns]))
    texts = frame.astype(object).where(frame.notna(), "").astype(str)
    columns = tuple(texts.columns)
    named = keys.indexes(columns)
    index = 0 if expected.label_first else named.get("label")
    label = None if index is None else columns[index]
    kept = np.sort(np.random.default_rng(7).choice(len(texts), min(SAMPLE, len(texts)), replace=False))
    names, file_of = np.unique(places.to_numpy(str), return_inverse=True)
    line_of = places.groupby(places).cumcount().to_numpy() + 1
    return Sheet(
        name=name,
        columns=columns,
        label=label,
        rows=_hashes(texts),
        inputs=_hashes(texts if label is None else texts.drop(columns=label)),
        files=tuple(map(str, names)),
        file_of=np.asarray(file_of, np.int64),
        line_of=np.asarray(line_of, np.int64),
        sample=texts.iloc[kept].reset_index(drop=True),
        sample_rows=np.asarray(kept, np.int64),
        labels={} if label is None else _seen(texts[label]),
        keys={
            columns[each]: tuple(texts[columns[each]])
            for key, each in named.items()
            if key != "label" and each != index
        },
        is_whole=is_whole,
    )


def _hashes(texts: pd.DataFrame) -> Positions:
    return pd.util.hash_pandas_object(texts, index=False).to_numpy(np.uint64).view(np.int64)


def _seen(values: pd.Series) -> dict[str, Seen]:
    return {str(value): Seen(len(rows), int(rows[0])) for value, rows in values.groupby(values).indices.items()}
