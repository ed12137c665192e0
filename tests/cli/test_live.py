"""A tuning job while it runs, as lines and as a table."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import sys
from collections.abc import Iterator

import pytest

from smtune.cli.live import follow, going_on, line, screen
from smtune.progress import Progress, TrainingJob

START = Progress("job", "InProgress", 0, 0, 0, 0, 20, None, None, 0.0)
SOME = dataclasses.replace(
    START, completed=4, running=2, failed=1, best_job="job-002", best_value=0.98765432, elapsed=50.0
)
END = dataclasses.replace(SOME, status="Completed", completed=18, running=0, failed=1, stopped=1, elapsed=200.0)
TIME = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
RECENT = (
    TrainingJob("job-003", "InProgress", None, TIME, None, None),
    TrainingJob("job-002", "Completed", 0.98765432, TIME, TIME + dt.timedelta(seconds=75), None),
    TrainingJob("job-001", "Failed", None, TIME, TIME + dt.timedelta(seconds=5), "ValueError: [red]no[/red]"),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """From here on stderr is a terminal. Not a fixture: pytest puts its own stderr in place after those."""
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


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

    with screen() as screened:
        assert follow([START, START, SOME, slower, END], screened) == END
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [line(START), line(SOME), line(END)]


def test_off_a_terminal_a_failure_is_told_once_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    told = dataclasses.replace(SOME, recent=RECENT)
    with screen() as shown:
        shown.show(told)
        shown.say("AWS asks to slow down")
        shown.show(dataclasses.replace(told, completed=5))
    assert capsys.readouterr().err.splitlines() == [
        "  job-001 failed: ValueError: [red]no[/red]",
        line(told),
        "  AWS asks to slow down",
        line(dataclasses.replace(told, completed=5)),
    ]


def test_on_a_terminal_there_is_a_table_that_leaves_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = terminal_of(monkeypatch)
    with screen() as shown:
        assert follow([START, SOME, END], shown) == END
    text = terminal.getvalue()
    assert "\x1b[" in text
    assert "best so far" in text
    assert "50 s" in text
    assert text.endswith(f"{line(END)}\n")
    assert capsys.readouterr().out == ""


def test_on_a_terminal_the_running_and_the_last_training_jobs_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    with screen() as shown:
        shown.show(dataclasses.replace(SOME, recent=RECENT))
        shown.say("the credentials have expired")
    text = terminal.getvalue()
    rows = [text.index(name) for name in ("job-003", "job-002", "job-001")]
    assert rows == sorted(rows)
    for word in ("1 min 15 s", "best", "ValueError: [red]no[/red]", "the credentials have expired"):
        assert word in text


def test_a_table_that_is_interrupted_still_leaves_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)

    def interrupted() -> Iterator[Progress]:
        yield SOME
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), screen() as shown:
        follow(interrupted(), shown)
    assert terminal.getvalue().endswith(f"{line(SOME)}\n")


def test_who_goes_away_learns_how_to_come_back() -> None:
    text = going_on("job", back="smtune watch job")
    assert "job goes on without you" in text
    assert "smtune watch job" in text
    assert "smtune stop job" in text


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_plain_lines(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    terminal = terminal_of(monkeypatch)
    monkeypatch.setenv(name, value)
    with screen() as shown:
        follow([START, END], shown)
    assert "\x1b" not in terminal.getvalue()
    assert len(terminal.getvalue().splitlines()) == 2
