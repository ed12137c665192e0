"""smtune stop and smtune delete."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from cli_jobs import inside, write_job
from recorded_jobs import Ran, record_job

from smtune.local.launcher import Launcher
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


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> str:
    """A job that stays as it is: nobody works on it."""
    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)
    return str(json.loads(inside("launch", str(write_job(Path())), "--local", "-o", "json").stdout)["tuning_job_name"])


def test_the_wait_for_a_stop_ends_at_its_time_with_4(endless: str) -> None:
    assert inside("stop", endless, "--timeout", "1m").returncode == 2, "nothing is waited for"
    done = inside("stop", endless, "--wait", "--timeout", "0.1")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{endless} is still " in done.stderr


def test_what_runs_is_deleted_only_if_it_may_be_stopped(endless: str) -> None:
    done = inside("delete", endless, "--yes")
    assert (done.returncode, json.loads(inside("list", "-o", "json").stdout)[0]["status"]) == (2, "InProgress")
    assert "--stop" in done.stderr
    done = inside("delete", endless, "--yes", "--stop", "--timeout", "0.1")
    assert done.returncode == 4
    assert json.loads(inside("list", "-o", "json").stdout)[0]["status"] == "Stopping"


def test_a_job_is_stopped_and_deleted_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = str(write_job(Path(), "import time\nprint('errors: train=0.1 validation=0.2')\ntime.sleep(600)\n"))
    name = json.loads(inside("launch", spec, "--local", "-o", "json").stdout)["tuning_job_name"]
    stopped = inside("stop", name, "--wait")
    assert stopped.returncode == 0
    assert "Stopped: " in stopped.stderr
    found = inside("launch", spec, "--local")
    assert found.returncode == 3, "launched before, and stopped"
    assert "Stopped" in found.stdout
    other = json.loads(inside("launch", spec, "--local", "--new", "-o", "json").stdout)["tuning_job_name"]
    assert inside("delete", other, "--yes", "--stop").returncode == 0
    assert listed() == [name]
