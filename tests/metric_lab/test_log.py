"""A log as lines: as the engine reads it, and never more of it in memory than fits."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab.log import LINE_SIZE, Line, Sample, number_lines, read_log


def lines_of(content: bytes) -> list[Line]:
    return list(read_log(io.BytesIO(content)))


def test_lines_are_numbered_and_a_tab_is_what_the_service_shows() -> None:
    assert lines_of(b"a\tb\n\r\nlast") == [Line(1, "a#011b"), Line(2, ""), Line(3, "last")]
    assert list(number_lines(["a\tb", "c"])) == [Line(1, "a#011b"), Line(2, "c")]


def test_a_line_that_is_redrawn_is_one_line() -> None:
    assert lines_of(b"10%\r20%\r30%\r\nend\n") == [Line(1, "10%\r20%\r30%"), Line(2, "end")]


def test_a_long_line_comes_in_pieces_of_the_same_number() -> None:
    found = lines_of(b"a" * 100_000 + b"\nb\n")
    assert [(line.number, len(line.text)) for line in found] == [(1, 65_536), (1, 34_464), (2, 1)]


@given(st.binary(max_size=300))
def test_any_bytes_are_lines(content: bytes) -> None:
    found = lines_of(content)
    assert len(found) == content.count(b"\n") + bool(content and not content.endswith(b"\n"))
    assert not any("\t" in line.text or "\n" in line.text for line in found)


@given(st.lists(st.text("ab", max_size=5), max_size=40), st.integers(0, 3000))
def test_a_sample_keeps_both_ends(texts: list[str], size: int) -> None:
    sample, lines = Sample(size), list(number_lines(texts))
    assert list(sample.watch(lines)) == lines
    kept = sample.lines()
    assert len(kept) + sample.left_out == sample.total == len(lines)
    assert [line.number for line in kept] == sorted(line.number for line in kept)
    assert sum(len(line.text) + LINE_SIZE for line in kept) <= 2 * size
    if sum(len(text) + LINE_SIZE for text in texts) <= size:
        assert kept == lines
