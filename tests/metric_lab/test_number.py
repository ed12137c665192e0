"""Numbers as logs print them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab.number import LOOSE, STRICT, whole_number


@pytest.mark.parametrize(
    "text", ["0.5", "-1e+30", "8.3e-05", "+1", "1.", ".5", "nan", "NaN", "-inf", "Infinity", "1E5"]
)
@pytest.mark.parametrize("group", [LOOSE, STRICT])
@pytest.mark.parametrize("after", ["", " ", ",", ", ", "}", "#011", "%", '"', "|", ")", "\x1b[0m", "\r", ";"])
def test_a_number_is_captured_whole(text: str, group: str, after: str) -> None:
    match = re.search(f"a={group}", f"a={text}{after}")
    assert match is not None
    assert match[1] == text


@pytest.mark.parametrize(
    "text", ["3.2s", "1,234", "1.2.3", "2026-05-04", "12:30", "1/10", "abc", "nano", "-", "e5", ""]
)
def test_what_only_begins_as_a_number_is_none(text: str) -> None:
    assert re.search(f"a={STRICT}", f"a={text}") is None


@given(st.floats())
def test_any_float_is_captured_as_it_is_written(number: float) -> None:
    for text in (repr(number), f"{number:.10g}", f"{number:e}", f"{number:+.3f}"):
        for group in (LOOSE, STRICT):
            match = re.search(f"a={group}", f"a={text} b")
            assert match is not None
            assert match[1] == text


@pytest.mark.parametrize(
    ("text", "piece", "whole"),
    [
        ("a=8.3e-05 b", "8.3", "8.3e-05"),
        ("a=-0.5", "0.5", "-0.5"),
        ("a=0.83", "3", "0.83"),
        ("a=0.83", "0.83", None),
        ("a=3.2s", "3.2", None),
        ("a=2026-05-04", "2026", None),
        ("v2.5", "2.5", None),
        ("a=1.5.", "1.5", None),
    ],
)
def test_a_piece_tells_the_whole(text: str, piece: str, whole: str | None) -> None:
    start = text.rindex(piece)
    assert whole_number(text, start, start + len(piece)) == whole
