"""A tuning job while it runs, as lines and as a table."""

from __future__ import annotations

import dataclasses
import io
import sys

import pytest

from smtune.cli.live import follow, line
from smtune.progress import Progress

START = Progress("job", "InProgress", 0, 0, 0, 0, 20, None, None, 0.0)
SOME = dataclasses.replace(
    START, completed=4, running=2, failed=1, best_job="job-002", best_value=0.98765432, elapsed=50.0
)
END = dataclasses.replace(SOME, status="Completed", completed=18, running=0, failed=1, stopped=1, elapsed=200.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (START, "InProgress: 0/20 done, 0 running, best so far none"),
        (SOME, "InProgress: 5/20 done, 2 running, 1 failed, best so far 0.987654, about 2 min 30 s left"),
        (END, "Completed: 20/20 done, 0 running, 1 failed, 1 stopped, best so far 0.987654"),
        (dataclasses.replace(SOME, jobs=None), "InProgress: 5 done, 2 running, 1 failed, best so far 0.987654"),
    ],
)
def test_a_line_says_how_far_it_is(progress: Progress, text: str) -> None:
    assert line(progress) == text


def test_off_a_terminal_there_is_one_line_a_change(capsys: pytest.CaptureFixture[str]) -> None:
    slower = dataclasses.replace(SOME, elapsed=60.0, running=1)

    assert follow([START, START, SOME, slower, END]) == END
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [line(START), line(SOME), line(END)]


def test_on_a_terminal_there_is_a_table_that_leaves_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert follow([START, SOME, END]) == END
    text = terminal.getvalue()
    assert "\x1b[" in text
    assert "best so far" in text
    assert "50 s" in text
    assert text.endswith(f"{line(END)}\n")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_plain_lines(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    follow([START, END])
    assert "\x1b" not in terminal.getvalue()
    assert len(terminal.getvalue().splitlines()) == 2
