"""Amazon's recordio-protobuf, decoded without a protobuf library."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_folder import record

from smtune.local.programs.failures import UserError
from smtune.local.programs.recordio import read_records

# As AWS's own toolkit writes them: two rows with three features and a whole label each; three sparse rows of width 300.
DENSE = (
    "0a23d7ce360000000a1a0a0676616c7565731210120e0a0c0000c03f000000c00000404012180a0676616c756573120e3a0c"
    "0a0affffffffffffffffff0100000a23d7ce2d0000000a1a0a0676616c7565731210120e0a0c00000000000080400000a040"
    "120f0a0676616c75657312053a030a0100000000"
)
SPARSE = (
    "0a23d7ce450000000a2f0a0676616c75657312251a230a18000000000000f83f00000000000000c000000000000008401203"
    "0001021a02ac0212120a0676616c756573120812060a040000803f0000000a23d7ce3c0000000a260a0676616c756573121c"
    "1a1a0a1000000000000010400000000000001440120201021a02ac0212120a0676616c756573120812060a04000000400a23"
    "d7ce260000000a100a0676616c75657312061a041a02ac0212120a0676616c756573120812060a04000040400000"
)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


def write(folder: Path, content: bytes) -> Path:
    file = folder / "rows.rec"
    file.write_bytes(content)
    return file


def test_records_of_amazons_toolkit_are_read(tmp_path: Path) -> None:
    dense = read_records([write(tmp_path, bytes.fromhex(DENSE))])
    assert dense is not None
    assert dense.features.tolist() == [[1.5, -2, 3], [0, 4, 5]]
    assert dense.labels.tolist() == [-1, 0]

    sparse = read_records([write(tmp_path, bytes.fromhex(SPARSE))])
    assert sparse is not None
    assert sparse.features.shape == (3, 300)
    assert sparse.features[:, :3].toarray().tolist() == [[1.5, -2, 3], [0, 4, 5], [0, 0, 0]]
    assert sparse.labels.tolist() == [1, 2, 3]


@given(st.lists(st.tuples(st.lists(floats, min_size=3, max_size=3), floats), min_size=1, max_size=5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[list[float], float]]
) -> None:
    content = b"".join(record(features, label) for features, label in rows)
    table = read_records([write(tmp_path_factory.mktemp("records"), content)])
    assert table is not None
    np.testing.assert_array_equal(table.features, np.array([features for features, _ in rows], np.float32))
    np.testing.assert_array_equal(table.labels, np.array([label for _, label in rows], np.float32))


@given(st.binary(max_size=60), st.integers(0, 60))
def test_whatever_is_in_a_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int
) -> None:
    whole = record([1.0, 2.0, 3.0], 1.0)
    for bad in (content, whole[:cut] + content, whole[:cut]):
        try:
            read_records([write(tmp_path_factory.mktemp("records"), bad)])
        except UserError as error:
            assert "rows.rec is not recordio-protobuf: " in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("120a" + "ff" * 9 + "01", "a record has the column -1"),
        ("12020001", "a record has 2 columns for 1 values"),
        ("120c" + "ff" * 11 + "01", "a number is too long"),
    ],
)
def test_columns_that_cannot_be_are_refused_before_anything_is_written_there(
    tmp_path: Path, keys: str, message: str
) -> None:
    content = wrapped(2, bytes.fromhex("0a0400008040" + keys))  # one value: 4.0
    payload = wrapped(1, wrapped(1, b"values") + wrapped(2, content))
    file = write(tmp_path, struct.pack("<II", 0xCED7230A, len(payload)) + payload + b"\0" * (-len(payload) % 4))
    with pytest.raises(UserError, match=message):
        read_records([file])


def wrapped(field: int, content: bytes) -> bytes:
    """A short field of a protobuf message."""
    return bytes([field << 3 | 2, len(content)]) + content


def test_rows_of_other_widths_are_named(tmp_path: Path) -> None:
    file = write(tmp_path, record([1.0], 0) + record([1.0, 2.0], 0))
    with pytest.raises(UserError, match=r"differ in their number of features: \[1, 2\]"):
        read_records([file])
    with pytest.raises(UserError, match="no record begins at byte 0"):
        read_records([write(tmp_path, b"1,2,3\n4,5,6\n")])
