"""Values to text: tables, pairs, JSON, durations."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from pathlib import Path

import pytest

from smtune.cli.text import console, duration, near_path, print_json, print_pairs, print_table, show


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "?"), (0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (80, "1 min 20 s"), (3599.9, "1 h 00 min")],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (math.nan, ""), (0.123456789, "0.123457"), (3, "3"), ("a", "a"), (True, "True"), (1e-9, "1e-09")],
)
def test_show(value: object, text: str) -> None:
    assert show(value) == text


def test_a_table_is_aligned_and_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    name = "n" * 150
    print_table(["name", "value"], [[name, 0.5], ["b", 12.25]], numbers=["value"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"name{' ' * 146}  value", f"{name}    0.5", f"b{' ' * 149}  12.25"]


def test_a_cell_is_one_line_and_cut_where_it_is_long(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["reason"], [["first\nsecond  third"], ["x" * 500], ["[red]as it is[/red]"]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == "first second third"
    assert lines[2].endswith("xxx...")
    assert len(lines[2]) == 160
    assert lines[3] == "[red]as it is[/red]"


def test_pairs_stand_in_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_pairs({"a": 1, "longer": 0.5})
    assert capsys.readouterr().out == "a       1\nlonger  0.5\n"
    print_pairs({})
    assert capsys.readouterr().out == ""


def test_json_has_iso_times_and_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"at": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "path": Path("a/b")})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-01-02T03:04:05+00:00", "path": "a/b"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"value": math.nan})


def test_a_path_below_this_folder_is_shown_from_here() -> None:
    assert near_path(str(Path.cwd() / "a" / "b")) == "a/b"
    assert near_path("/elsewhere/b") == "/elsewhere/b"
    assert near_path("s3://bucket/key") == "s3://bucket/key"
    assert near_path("") == ""


def test_colour_only_on_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(stream: io.StringIO) -> str:
        console(stream).print("[red]x[/red]")
        return stream.getvalue()

    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[31m" in printed(Terminal())
    assert printed(io.StringIO()) == "x\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in printed(Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("CI", "true")
    assert printed(Terminal()) == "x\n"
