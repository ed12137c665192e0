"""What was read, as text that can be shown on any terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab import Capture, Goal, examine, number_lines
from smtune.metric_lab.record import record_examination
from smtune.metric_lab.text import describe, mark, verdict, visible

GOAL = Goal("loss", maximizes=False)


def described(regex: str, *texts: str) -> str:
    examination = examine([{"Name": "loss", "Regex": regex}], number_lines(texts), goal=GOAL)
    return describe(examination.metrics[0], examination)


def test_a_flawed_metric_is_shown_with_its_lines_and_a_better_regex() -> None:
    assert described(r"loss=([0-9.]+)", "start", "a loss=0.5", "a loss=8.3e-05").splitlines() == [
        "loss  (objective, minimized)",
        r"  regex    loss=([0-9.]+)",
        "  FLAW     cuts the number short on 1 of 2 lines: reads 8.3 of 8.3e-05 (line 3)",
        r"           take all of it, sign and exponent too: ([-+.\w]+)",
        "  note     the service uses the last value, 8.3, not the best, 0.5 (line 2)",
        "    2 | a loss=0.5",
        "      |   ~~~~~^^^  0.5",
        "    3 | a loss=8.3e-05",
        "      |   ~~~~~^^^  reads 8.3 of 8.3e-05",
        r"  try      (?:^|\s)loss=([-+.\w]+)",
        "           proven on this log: 2 values, from 0.5 to 8.3e-05",
    ]


def test_a_good_one_is_ok_and_long_logs_are_cut() -> None:
    text = described(r"loss=(\S+)", *(f"loss={number}" for number in range(100, 0, -1)))
    assert "  verdict  ok: 100 values" in text
    assert "6 of 100 lines; --all shows every one" in text
    assert text.count(" | loss=") == 6


def test_what_was_never_printed_comes_with_the_line_that_prints_it() -> None:
    assert described(r"loss=(\S+)", "hello").splitlines()[-2:] == [
        '  print    print(f"loss={value:.10g}", flush=True)',
        r"           with the regex (?:^|\s)loss=([-+.\w]+)",
    ]


def test_of_a_huge_log_a_proposal_says_what_it_is_proven_on() -> None:
    text = described(r"loss=([0-9.]+)", *(f"loss={number}e-05 " + "x" * 10_000 for number in range(1, 600)))
    assert "proven on the beginning and the end of this log: 3" in text


def test_where_nothing_was_captured_is_marked() -> None:
    assert mark(Capture(1, "F1=0.5", (0, 3), (3, 3), None)) == ("F1=0.5", "~~~^")
    assert mark(Capture(1, "F1=", (0, 3), (3, 3), None)) == ("F1=", "~~~^")
    assert mark(Capture(1, "F1=0.5", (0, 6), (-1, -1), None)) == ("F1=0.5", "~~~~~~")


def test_of_a_long_line_the_part_around_the_number_is_shown() -> None:
    text = "x" * 5_000 + " loss=0.5 " + "y" * 5_000
    shown, marks = mark(Capture(1, text, (0, 5_009), (5_006, 5_009), 0.5))
    assert len(shown) <= 106
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "0.5"


def test_nothing_that_a_terminal_obeys_is_shown() -> None:
    assert visible("a\x1b[31m\r\0\x7f\x85é") == "a␛[31m␍␀\ufffd\ufffdé"


@given(st.text(max_size=200), st.tuples(*[st.integers(0, 200)] * 4))
def test_the_marks_stand_below_what_was_captured(text: str, places: tuple[int, int, int, int]) -> None:
    start, first, last, end = sorted(min(place, len(text)) for place in places)
    shown, marks = mark(Capture(1, text, (start, end), (first, last), None))
    assert visible(shown) == shown
    if last > first and last - first < 50:
        captured = visible(text[first:last])
        assert shown.ljust(len(marks))[marks.index("^") : marks.rindex("^") + 1].rstrip() == captured.rstrip()


@pytest.mark.parametrize(("regex", "expected"), [(r"loss=(\S+)", "ok"), (r"loss=(\d)", "FLAWED: cut-short")])
def test_the_verdict_is_a_word_or_two(regex: str, expected: str) -> None:
    assert verdict(examine([{"Name": "a", "Regex": regex}], number_lines(["loss=0.5"])).metrics[0]) == expected


def test_json_has_no_nan() -> None:
    record = record_examination(examine([{"Name": "loss", "Regex": r"loss=(\S+)"}], number_lines(["loss=nan"])))
    (metric,) = record["metrics"]
    assert metric["last"] == {"value": None, "line": 1}
    assert metric["captures"][0]["captured"] == "nan"
    assert [flaw["code"] for flaw in metric["flaws"]] == ["not-finite"]
