"""--runner: what it says, where it is stored, and where it means nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_jobs import inside, write_job

import smtune
from smtune.errors import ConfigurationError
from smtune.local.launcher import Launcher
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.local.store import Store


@pytest.fixture(autouse=True)
def _parked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tuning jobs are created and nobody runs them; whoever watches is interrupted."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)
    monkeypatch.setattr("smtune.progress.watch", interrupt)


def stored_runner() -> str:
    (job,) = Store(Settings.from_environment().database).tuning_jobs()
    return job.runner


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("runner", ["process", "container"])
@pytest.mark.parametrize("command", ["run", "launch"])
def test_a_tuning_job_keeps_its_runner(command: str, runner: str) -> None:
    write_job(Path())
    done = inside(command, "spec.yaml", "--local", "--runner", runner)

    assert done.returncode == {"run": 130, "launch": 0}[command], done.stderr
    assert stored_runner() == runner
    assert ("in containers of their own images" in done.stderr) == (runner == "container")


@pytest.mark.usefixtures("played")
def test_the_option_comes_before_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_RUNNER", "container")
    write_job(Path())

    assert inside("launch", "spec.yaml", "--local", "--runner", "process").returncode == 0
    assert stored_runner() == "process"


@pytest.mark.usefixtures("played")
def test_the_variable_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_RUNNER", "container")
    write_job(Path())

    assert inside("launch", "spec.yaml", "--local").returncode == 0
    assert stored_runner() == "container"


def test_without_docker_nothing_is_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    write_job(Path())
    monkeypatch.setenv("PATH", "/nowhere")
    done = inside("launch", "spec.yaml", "--local", "--runner", "container")

    assert done.returncode != 0
    assert "there is no `docker` here: install it" in done.stderr
    assert Store(Settings.from_environment().database).tuning_jobs() == []


def test_a_runner_is_for_this_machine_and_for_what_is_launched() -> None:
    write_job(Path())
    for words in (("launch", "spec.yaml"), ("run", "spec.yaml")):
        done = inside(*words, "--runner", "container")
        assert (done.returncode, "--runner is for this machine: say --local" in done.stderr) == (2, True)
    done = inside("run", "--resume", "toy", "--local", "--runner", "container")
    assert (done.returncode, "leave --role" in done.stderr) == (2, True)


def test_in_python_the_session_has_it() -> None:
    session = smtune.connect("local", runner="container")
    assert isinstance(session, LocalSession)
    assert session.settings.runner == "container"
    with pytest.raises(ConfigurationError, match="runner='vm' is neither process nor container"):
        smtune.connect("local", runner="vm")
