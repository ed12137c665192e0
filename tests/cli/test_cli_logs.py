"""smtune logs of a training job and of a tuning job."""

from __future__ import annotations

import contextlib
import io
import time

import pytest
from cli_jobs import inside
from recorded_jobs import Ran, record_job

from smtune.cli import main
from smtune.local.launcher import Launcher
from smtune.local.settings import Settings
from smtune.patience import Terms


@pytest.fixture
def names(settings: Settings) -> list[str]:
    bad = Ran((), "Failed", {"dose": "1"}, "no", log=["begin", "ValueError: no"])
    return record_job(settings, "toy", [Ran((0.5,), log=["begin", "score=0.5", "end"]), Ran((0.9,)), bad])


def test_a_training_jobs_log_is_printed_as_it_was_written(names: list[str]) -> None:
    done = inside("logs", names[0])
    assert (done.returncode, done.stdout, done.stderr) == (0, "begin\nscore=0.5\nend\n", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_not_driven_by_what_a_training_job_prints(settings: Settings) -> None:
    (name,) = record_job(settings, "wild", [Ran((0.5,), log=["\x1b[2Jgone\tü"])])
    with contextlib.redirect_stdout(Terminal()) as terminal:
        assert main(["logs", name]) == 0
    assert terminal.getvalue() == "\\x1b[2Jgone\tü\n"


def test_of_a_tuning_job_that_is_over_it_is_the_best_with_its_number(names: list[str]) -> None:
    assert inside("logs", "toy").stdout == "002 | score=0.9\n"
    assert inside("logs", "toy", "--best").stdout == "002 | score=0.9\n"
    assert inside("logs", "toy", "--failed").stdout == "003 | begin\n003 | ValueError: no\n"


def test_all_are_interleaved_by_time(names: list[str]) -> None:
    lines = inside("logs", "toy", "--all").stdout.splitlines()
    assert lines == [
        "001 | begin",
        "001 | score=0.5",
        "001 | end",
        "002 | score=0.9",
        "003 | begin",
        "003 | ValueError: no",
    ]


def test_lines_are_chosen(names: list[str]) -> None:
    assert inside("logs", names[0], "--tail", "1").stdout == "end\n"
    assert inside("logs", names[0], "--grep", "^[bs]").stdout == "begin\nscore=0.5\n"
    assert inside("logs", "toy", "--all", "--grep", "score", "--tail", "1").stdout == "002 | score=0.9\n"
    assert inside("logs", names[0], "--since", "1m").stdout == ""
    assert inside("logs", names[0], "--since", "1900-01-01", "--tail", "1").stdout == "end\n"
    assert inside("logs", names[0], "--since", "2h").stdout == "begin\nscore=0.5\nend\n"


def test_each_line_can_begin_with_its_time(names: list[str]) -> None:
    first = inside("logs", "toy", "--timestamps").stdout.splitlines()[0]
    stamp, _, rest = first.partition(" ")
    assert (len(stamp), stamp[10], stamp[-1]) == (24, "T", "Z")
    assert rest == "002 | score=0.9"


def test_following_what_is_over_only_reads_it(names: list[str]) -> None:
    assert inside("logs", names[0], "--follow").stdout == "begin\nscore=0.5\nend\n"
    assert inside("logs", names[0], "-F", "--tail", "1").stdout == "end\n"


def test_what_runs_is_followed_until_ctrl_c(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)
    (name,) = record_job(settings, "toy", [Ran((), "InProgress", log=["begin"])], status="InProgress")
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 1:
            raise KeyboardInterrupt
        with settings.log_file("toy", name).open("a", encoding="utf-8") as log:
            log.write(f"{time.time():.3f} go on\n")

    monkeypatch.setattr("smtune.patience.Terms", lambda **fields: Terms(**fields, sleep=sleep))
    assert inside("logs", "toy").stdout == "001 | begin\n"
    assert slept == []
    done = inside("logs", "toy", "--follow")
    assert (done.returncode, done.stdout) == (130, "001 | begin\n001 | go on\n")
    assert "toy goes on without you. Come back: smtune logs toy --follow" in done.stderr


def test_a_wrong_pattern_is_a_usage_error(names: list[str]) -> None:
    done = inside("logs", names[0], "--grep", "(")
    assert done.returncode == 2
    assert "'(' is no regular expression" in done.stderr


def test_what_is_not_there_is_said(settings: Settings) -> None:
    record_job(settings, "empty", [])
    assert inside("logs", "empty", "--failed").returncode == 1
    assert inside("logs", "nobody", "--local").returncode == 254


@pytest.mark.parametrize("which", ["--all", "--failed", "--best"])
def test_of_a_training_job_there_is_nothing_to_choose(names: list[str], which: str) -> None:
    done = inside("logs", names[0], which)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{names[0]} is a training job: {which} chooses among those of a tuning job" in done.stderr
