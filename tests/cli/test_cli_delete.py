"""smtune stop and smtune delete."""

from __future__ import annotations

import io
import json
import sys

import pytest
from cli_jobs import inside
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings


@pytest.fixture
def ended(settings: Settings) -> str:
    record_job(settings, "toy", [Ran()])
    return "toy"


def listed() -> list[str]:
    return [job["name"] for job in json.loads(inside("list", "-o", "json").stdout)]


def test_stopping_what_is_over_is_fine(ended: str) -> None:
    for arguments in ((), ("--wait",)):
        done = inside("stop", ended, *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "toy is over already: Completed\n")


def test_deleting_takes_a_yes(ended: str) -> None:
    done = inside("delete", ended)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert listed() == [ended]


def test_the_record_goes_and_the_rest_stays(ended: str) -> None:
    done = inside("delete", ended, "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert "toy is deleted; its training jobs, their logs, metrics and models stay" in done.stderr
    assert listed() == []
    assert inside("delete", ended, "--yes", "--local").returncode == 254


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("n\n", 130), ("y\n", 0)])
def test_on_a_terminal_it_asks(ended: str, answer: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from smtune.cli import main

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer.strip())
    assert main(["delete", ended]) == code
    assert (listed() == []) is (code == 0)
    assert "Models" not in stderr.getvalue()
