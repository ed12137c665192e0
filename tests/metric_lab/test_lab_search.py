"""Regexes in a process of their own: those that never end are ended, the others lose nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtune.metric_lab.search import Found, Searcher

CATASTROPHE = r"(a+)+$"
TRAP = "a" * 40 + "b"


def test_matches_come_in_the_order_of_the_lines() -> None:
    with Searcher([r"b=(\S+)", r"a=(\S+)", "c"]) as searcher:
        found = searcher.search(["a=1 b=2", "", "c"])
    assert found == [
        Found(0, 0, 4, 7, 6, 7, -1, -1),
        Found(0, 1, 0, 3, 2, 3, -1, -1),
        Found(2, 2, 0, 1, -1, -1, -1, -1),
    ]
    assert searcher.slow == {}


def test_a_group_that_takes_no_part_has_no_place() -> None:
    with Searcher([r"a=(\d)|b=(\d)"]) as searcher:
        assert searcher.search(["b=1"]) == [Found(0, 0, 0, 3, -1, -1, -1, -1)]


def test_of_a_line_that_is_redrawn_the_last_number_is_told_too() -> None:
    with Searcher([r"a=(\S+)"]) as searcher:
        assert searcher.search(["a=1\ra=2\ra=-"]) == [Found(0, 0, 0, 3, 2, 3, 6, 7)]
        assert searcher.search(["a=1 a=2"]) == [Found(0, 0, 0, 3, 2, 3, -1, -1)]


def test_a_regex_that_never_ends_is_given_up_on_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtune.metric_lab.search.CHUNK_SECONDS", 0.2)
    monkeypatch.setattr("smtune.metric_lab.search.REGEX_SECONDS", 0.1)
    with Searcher([CATASTROPHE, r"b=(\S+)"]) as searcher:
        found = searcher.search(["b=1", "aaa", TRAP, "b=2"])
        assert [(item.line, item.regex) for item in found] == [(0, 1), (3, 1)]
        assert searcher.slow == {0: 2}
        assert [(item.line, item.regex) for item in searcher.search([TRAP, "b=3"])] == [(1, 1)]


def test_what_is_no_regex_is_refused() -> None:
    with pytest.raises(re.error), Searcher(["("]):
        pass


def test_text_of_any_kind_arrives_as_it_is() -> None:
    text = "x=\ud800\0é\u2028😀\x1b\x85|"
    with Searcher([r"x=(.*)\|"]) as searcher:
        (found,) = searcher.search([text])
    assert text[found.group_start : found.group_end] == text[2:-1]


def test_nothing_of_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Searcher(["a"]) as searcher:
        assert len(searcher.search(["a"])) == 1


def test_a_process_that_dies_is_a_bug_and_not_a_slow_regex(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dies.py"
    program.write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.setattr("smtune.metric_lab.search._PROGRAM", program)
    with Searcher(["a"]) as searcher, pytest.raises(RuntimeError, match="ended with 7"):
        searcher.search(["a"])


def test_no_process_is_left() -> None:
    with Searcher(["a"]) as searcher:
        searcher.search(["a"])
        process = searcher._process
    assert process is not None
    assert process.returncode is not None
