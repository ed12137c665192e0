"""Large files are read in parts: spread over all of them, with true line numbers, and it is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from check_specs import CSV, channels, named, rows, spec_of, text_of
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.data.check import look_at_data
from smtune.data.check.blocks import excerpt
from smtune.data.check.builder import SheetBuilder

LIMIT = 1 << 16


@examples(25)
@given(st.lists(st.integers(1, 400), min_size=600, max_size=1200), st.integers(0, 3))
def test_the_lines_of_a_part_are_whole_and_have_their_own_numbers(
    tmp_path_factory: pytest.TempPathFactory, widths: list[int], files: int
) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    text = [str(number).encode() + b"x" * width + b"\n" for number, width in enumerate(widths)]
    paths = [folder / f"{number}.txt" for number in range(files + 1)]
    for path in paths:
        path.write_bytes(b"".join(text))
    part = excerpt(paths, LIMIT)
    size = sum(map(len, text))
    assert part.is_whole == (size * len(paths) <= LIMIT)
    seen = [
        (block.file, number, line) for block in part.blocks for number, line in enumerate(block.lines(), block.line)
    ]
    assert all(line == text[number - 1] for _, number, line in seen)
    assert len(seen) == len(set(seen))
    if not part.is_whole:
        last = max(number for _, number, _ in seen)
        assert last > len(text) * 0.8


def test_a_file_with_quotes_is_read_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"a\nb",1\n' * 20_000)
    (block,) = excerpt([tmp_path / "t.csv"], LIMIT).blocks
    assert (block.start, block.line) == (0, 1)


def test_zipped_files_without_a_byte_have_no_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").touch()
    found = excerpt([tmp_path / "t.csv.gz"], LIMIT)
    assert [line for block in found.blocks for line in block.lines()] == []
    assert found.is_whole


@pytest.mark.parametrize("limit", [0, LIMIT])
def test_a_zipped_table_that_is_cut_off_is_a_finding(limit: int, tmp_path: Path) -> None:
    whole = gzip.compress(text_of(rows(500), header=True).encode())
    (tmp_path / "t.csv.gz").write_bytes(whole[:-200])
    found = look_at_data(spec_of("xgboost", {"source": "t.csv.gz"}), tmp_path, limit=limit)
    assert named(found, "unreadable").message.startswith("cannot read it: Compressed file ended")


def test_a_fault_deep_in_a_large_file_has_its_line(tmp_path: Path) -> None:
    text = text_of(rows(200)) * 60
    bad = text.splitlines()
    for number in range(40, len(bad), 40):
        bad[number] = "1,2"
    data = channels(tmp_path, CSV, train="\n".join(bad) + "\n")
    found = look_at_data(spec_of("xgboost", data), tmp_path, limit=LIMIT)
    finding = named(found, "ragged-rows")
    assert {int(place.rpartition(":")[2]) % 40 for place in finding.examples} == {1}
    assert not found.looks[0].is_whole
    note = named(found, "partly-looked-at")
    assert note.message == f"{found.looks[0].rows:,} rows of 0.2 MB were looked at"
    assert look_at_data(spec_of("xgboost", data), tmp_path, limit=0).looks[0].is_whole


def test_a_table_too_large_to_read_is_split_as_far_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text_of(rows(9_000), header=True))
    spec = spec_of("xgboost", {"source": "t.csv"}, objective="binary:logistic")
    found = look_at_data(spec, tmp_path, limit=LIMIT)
    assert [each.check for each in found.findings] == ["partly-looked-at"]
    assert 2_000 < found.looks[0].rows < 6_000


def test_a_sample_is_fair_and_the_same_every_time() -> None:
    def sample() -> pd.Series:
        builder = SheetBuilder("train", ("f",), ("x",), size=500)
        for number in range(20_000):
            builder.add([str(number)], 0, number + 1)
        return builder.build(is_whole=True).sample["x"].astype(int)

    drawn = sample()
    assert drawn.equals(sample())
    assert drawn.is_monotonic_increasing
    counts, _ = np.histogram(drawn, bins=10, range=(0, 20_000))
    assert counts.min() > 25
