"""The files of a channel as RecordIO with Amazon's protobuf records: the documented format of the built-in algorithms.

A record file is a sequence of [magic, length, payload, padding to four bytes], little-endian. A payload is a protobuf
message with two maps, features (field 1) and label (field 2), from a name to a tensor; the algorithms read the name
`values`. A tensor has values (1) and, if it is sparse, keys (2) and a shape (3). Decoded here, for the few fields there
are (https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html): a protobuf library would be a dependency more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from smtune.local.programs.failures import UserError
from smtune.local.programs.tables import Table

_MAGIC = 0xCED7230A
_FEATURES, _LABEL = 1, 2
_KEY, _VALUE = 1, 2
_TYPES: dict[int, str] = {2: "<f4", 3: "<f8", 7: ""}
"""Field of a value -> how its numbers are kept; integers are varints."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST = 70
"""Bits of the longest varint: ten bytes of seven."""


@dataclass(frozen=True)
class Tensor:
    """One row's numbers; `keys` are their columns if the row is sparse, `width` is 0 where the record does not say."""

    values: npt.NDArray[np.float64]
    keys: npt.NDArray[np.int64] | None = None
    width: int = 0


def read_records(files: Sequence[Path]) -> Table | None:
    """All rows of all files, labels of rows without one are not-a-number; None without any row. Raises UserError."""
    rows, labels = list[Tensor](), list[float]()
    for file in files:
        try:
            for features, label in _records(file.read_bytes()):
                rows.append(features)
                labels.append(float(label.values[0]) if label is not None and len(label.values) else float("nan"))
        except (ValueError, struct.error, IndexError) as error:
            message = f"{file.name} is not recordio-protobuf: {error}"
            raise UserError(message) from error
    if not rows:
        return None
    return Table(_stacked(rows, files[0].parent.name), np.array(labels, np.float32))


def _stacked(rows: Sequence[Tensor], channel: str) -> npt.NDArray[np.float32] | sparse.csr_matrix:
    if all(row.keys is None for row in rows):
        widths = {len(row.values) for row in rows}
        if len(widths) > 1:
            message = f"channel {channel}: its records differ in their number of features: {sorted(widths)}"
            raise UserError(message)
        return np.array([row.values for row in rows], np.float32)
    columns = [np.arange(len(row.values)) if row.keys is None else row.keys for row in rows]
    width = max(max(int(keys.max(initial=-1)) + 1, row.width) for keys, row in zip(columns, rows, strict=True))
    ends = np.cumsum([0, *(len(keys) for keys in columns)])
    data = (np.concatenate([row.values for row in rows]).astype(np.float32), np.concatenate(columns), ends)
    return sparse.csr_matrix(data, shape=(len(rows), width))


def _records(content: bytes) -> Iterator[tuple[Tensor, Tensor | None]]:
    place = 0
    while place < len(content):
        magic, length = struct.unpack_from("<II", content, place)
        if magic != _MAGIC:
            message = f"no record begins at byte {place}"
            raise ValueError(message)
        payload = content[place + 8 : place + 8 + length]
        if len(payload) < length:
            message = f"the record at byte {place} is cut off"
            raise ValueError(message)
        yield _record(payload)
        place += 8 + (length + 3) // 4 * 4


def _record(payload: bytes) -> tuple[Tensor, Tensor | None]:
    found = dict[int, Tensor]()
    for field, entry in _fields(payload):
        if field in (_FEATURES, _LABEL) and isinstance(entry, bytes):
            parts = dict(_fields(entry))
            value = parts.get(_VALUE)
            if parts.get(_KEY) == b"values" and isinstance(value, bytes):
                found[field] = _tensor(value)
    if _FEATURES not in found:
        message = "a record has no features 'values'"
        raise ValueError(message)
    return found[_FEATURES], found.get(_LABEL)


def _tensor(value: bytes) -> Tensor:
    for field, content in _fields(value):
        if field in _TYPES and isinstance(content, bytes):
            numbers: dict[int, list[npt.NDArray[np.float64]]] = {1: [], 2: [], 3: []}
            for part, packed in _fields(content):
                if part in numbers:
                    numbers[part].append(_numbers(packed, _TYPES[field] if part == 1 else ""))
            values, keys, shape = (np.concatenate(numbers[part] or [np.empty(0)]) for part in (1, 2, 3))
            if not numbers[2] and (len(values) or not len(shape)):
                return Tensor(values)
            _check_columns(keys, len(values))
            return Tensor(values, keys.astype(np.int64), int(shape[-1]) if len(shape) else 0)
    message = "a record's values are no numbers"
    raise ValueError(message)


def _check_columns(keys: npt.NDArray[np.float64], count: int) -> None:
    """SciPy and XGBoost believe what they are told, and would write there."""
    if len(keys) != count:
        message = f"a record has {len(keys)} columns for {count} values"
        raise ValueError(message)
    if (keys < 0).any():
        message = f"a record has the column {keys.min():.0f}"
        raise ValueError(message)


def _numbers(packed: bytes | int, kind: str) -> npt.NDArray[np.float64]:
    if isinstance(packed, int):
        return np.array([_signed(packed)], np.float64)
    if kind:
        return np.frombuffer(packed, kind).astype(np.float64)
    place, found = 0, []
    while place < len(packed):
        number, place = _varint(packed, place)
        found.append(_signed(number))
    return np.array(found, np.float64)


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields of a protobuf message: number and content, integers as they are, all else as bytes."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == _VARINT:
            number, place = _varint(message, place)
            yield tag >> 3, number
            continue
        if kind == _BYTES:
            length, place = _varint(message, place)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            text = f"unknown wire type {kind}"
            raise ValueError(text)
        if place + length > len(message):
            text = "a field is cut off"
            raise ValueError(text)
        yield tag >> 3, message[place : place + length]
        place += length


def _varint(content: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
        if shift >= _LONGEST:
            message = "a number is too long"
            raise ValueError(message)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number
