"""Tables: aligned, never folded, plain off a terminal."""

from __future__ import annotations

import io

import pytest

from smtune.cli.table import console, print_table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_is_aligned_and_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    name = "n" * 150
    print_table(["name", "value"], [[name, 0.5], ["b", 12.25]], numbers=["value"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"name{' ' * 146}  value", f"{name}    0.5", f"b{' ' * 149}  12.25"]


def test_a_cell_is_one_line_and_cut_where_it_is_long(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["reason"], [["first\nsecond  third"], ["x" * 500], ["[red]as it is[/red]"], ["a\x1b[2Jb"]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == "first second third"
    assert lines[2].endswith("xxx...")
    assert len(lines[2]) == 160
    assert lines[3] == "[red]as it is[/red]"
    assert lines[4] == "a\\x1b[2Jb", "no terminal obeys a cell"


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
