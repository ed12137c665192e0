"""Parts of files: whole rows as they are, drawn by chance, nested, and always the same."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import UsageError
from smtune.growth.rows import RowFile, looks_like_header
from smtune.growth.source import Source

QUOTED = b'name,text\na,"one\ntwo"\n\nb,"say ""so"""\nc,last'


def file(path: Path, content: bytes, cut: str = "csv", *, header: bool = False) -> RowFile:
    path.write_bytes(content)
    return RowFile(path, path.name, cut, header)  # type: ignore[arg-type]


def source(*files: RowFile) -> Source:
    return Source(files, tuple(len(list(each.rows())) for each in files), "f")


def test_a_record_is_a_row_however_many_lines_it_has(tmp_path: Path) -> None:
    found = file(tmp_path / "a.csv", QUOTED, header=True)
    assert list(found.rows()) == [b'a,"one\ntwo"\n', b'b,"say ""so"""\n', b"c,last\n"]
    assert found.head() == b"name,text\n"
    lines = file(tmp_path / "a.jsonl", b'{"a": "\\""}\n{"b": 1}\n', "lines")
    assert list(lines.rows()) == [b'{"a": "\\""}\n', b'{"b": 1}\n']


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bad\.csv: a quote is opened and never closed"):
        list(file(tmp_path / "bad.csv", b'1,2\n3,"4\n5,6\n').rows())


def test_a_record_of_very_many_lines_is_read_in_one_go(tmp_path: Path) -> None:
    text = b'1,"' + b"x\n" * 30_000 + b'"\n'
    begin = time.process_time()
    assert list(file(tmp_path / "long.csv", text).rows()) == [text]
    assert time.process_time() - begin < 5, "its quotes are counted once"


def test_what_is_zipped_is_read_and_written_zipped_whatever_it_is_called(tmp_path: Path) -> None:
    found = file(tmp_path / "part-0", gzip.compress(b"1\n2\n3\n"))
    assert list(found.rows()) == [b"1\n", b"2\n", b"3\n"]
    for name in ("one", "two"):
        found.write(iter([b"2\n"]), tmp_path / name)
    assert gzip.decompress((tmp_path / "one").read_bytes()) == b"2\n"
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes(), "no time, no name in it"
    torn = file(tmp_path / "torn", gzip.compress(b"1\n2\n3\n" * 99)[:-12])
    with pytest.raises(UsageError, match="torn cannot be read"):
        list(torn.rows())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"age,label\n3,1\n", True),
        (b"age;label\n3;1\n", True),
        (b"age\tlabel\n3\t1\n", True),
        (b"1,2\n3,4\n", False),
        (b"a,b\nc,d\n", False),
        (b"a,b\n", False),
    ],
)
def test_a_header_is_text_above_numbers(tmp_path: Path, content: bytes, expected: bool) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    assert looks_like_header(tmp_path / "t.csv", "t.csv") is expected


@examples(20)
@given(total=st.integers(2, 300), seed=st.integers(0, 9), draw=st.integers(1, 5), data=st.data())
def test_a_smaller_part_is_in_the_larger_one_of_its_draw(total: int, seed: int, draw: int, data: st.DataObject) -> None:
    whole = Source((), (total,), "f")
    few = data.draw(st.integers(1, total))
    many = data.draw(st.integers(few, total))
    small, large = (whole.chosen(seed, whole.part(seed, draw, rows)) for rows in (few, many))
    assert (small.sum(), large.sum()) == (few, many)
    assert not np.any(small & ~large)


def test_a_draw_is_by_chance_and_another_one_is_another(tmp_path: Path) -> None:
    whole = Source((), (1000,), "f")
    picked = sum(whole.chosen(seed, whole.part(seed, 1, 100)).astype(int) for seed in range(200))
    counts = np.asarray(picked)
    assert abs(counts[:500].mean() - 20) < 1, "no half of the rows is drawn more often"
    assert counts.std() == pytest.approx(np.sqrt(200 * 0.1 * 0.9), rel=0.15)
    one, other = (whole.part(0, draw, 100) for draw in (1, 2))
    assert one.fingerprint != other.fingerprint
    assert not np.array_equal(whole.chosen(0, one), whole.chosen(0, other))
    assert whole.part(1, 1, 100).fingerprint != one.fingerprint != Source((), (1000,), "g").part(0, 1, 100).fingerprint


def test_a_part_keeps_order_headers_and_names_and_leaves_empty_files_out(tmp_path: Path) -> None:
    files = [
        file(tmp_path / "a.csv", b"x,y\n1,1\n2,2\n3,3\n", header=True),
        file(tmp_path / "b.csv", b"x,y\n4,4\n", header=True),
    ]
    whole = source(*files)
    assert (whole.rows, whole.counts) == (4, (3, 1))
    seen = set()
    for draw in range(1, 20):
        out = tmp_path / f"out-{draw}"
        written = whole.write(0, whole.part(0, draw, 2), out)
        assert {path.name for path in out.iterdir()} == {name for _, name in written} <= {"a.csv", "b.csv"}
        texts = {name: path.read_text().splitlines() for path, name in written}
        assert all(lines[0] == "x,y" for lines in texts.values())
        rows = [line for name in sorted(texts) for line in texts[name][1:]]
        assert len(rows) == 2
        assert rows == sorted(rows)
        seen.add(tuple(sorted(texts)))
    assert seen == {("a.csv",), ("a.csv", "b.csv")}
