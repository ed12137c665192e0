"""smtune wait: exit codes, and one JSON document whatever came out."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cli_jobs import inside
from paced_job import on_aws
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings


@pytest.fixture
def ended(settings: Settings) -> str:
    record_job(settings, "toy", [Ran((0.5,)), Ran((0.9,)), Ran((), "Failed", {"dose": "1"}, "AlgorithmError: no")])
    return "toy"


def test_a_completed_job_is_0(ended: str) -> None:
    done = inside("wait", ended, "--local")
    assert done.returncode == 0
    assert "2 completed, 1 failed, 0 stopped" in done.stdout
    assert done.stderr.endswith("Completed: 3/3 done, 0 running, 1 failed, best so far 0.9\n")


def test_what_is_required_and_holds_is_0(ended: str) -> None:
    required = ("--require", "objective >= 0.9", "--require", "failed <= 1", "--min-completed", "2")
    done = inside("wait", ended, *required, "-o", "json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["best"]["objective"] == 0.9
    assert report["counts"] == {"completed": 2, "failed": 1, "stopped": 0, "running": 0}
    assert [item["holds"] for item in report["requirements"]] == [True, True]
    assert (report["exit_code"], report["timed_out"], report["message"]) == (0, False, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--require", "objective > 0.9"), "objective > 0.9: it is 0.9"),
        (("--require", "score >= 0.95"), "score >= 0.95: it is 0.9"),
        (("--min-completed", "3"), "2 training jobs completed, 3 were required"),
    ],
)
def test_what_is_required_and_does_not_hold_is_1(ended: str, arguments: tuple[str, ...], said: str) -> None:
    done = inside("wait", ended, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    report = inside("wait", ended, *arguments, "-o", "json")
    assert report.returncode == 1
    assert json.loads(report.stdout)["exit_code"] == 1
    assert json.loads(report.stderr.splitlines()[-1])["error"] == "JobError"


@pytest.mark.parametrize(("status", "code"), [("Failed", 1), ("Stopped", 3)])
def test_other_ends_have_their_codes(settings: Settings, status: str, code: int) -> None:
    record_job(settings, "bad", [Ran((), "Failed", {"dose": "1"}, "no")], status=status)  # type: ignore[arg-type]
    done = inside("wait", "bad", "-o", "json")
    assert done.returncode == code
    assert json.loads(done.stdout)["status"] == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--require", "objective = 1"), "compare with =="),
        (("--require", "speed > 1"), "there is no metric 'speed'"),
        (("--timeout", "soon"), "'soon' is not a time"),
        (("--interval", "-1"), "is not a time"),
        (("--min-completed", "-1"), "-1"),
    ],
)
def test_a_wrong_argument_is_2(ended: str, arguments: tuple[str, ...], said: str) -> None:
    done = inside("wait", ended, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_time_is_up_is_4_and_the_state_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    on_aws(monkeypatch, jobs=20, seconds=1e6)
    done = inside("wait", "job", "--timeout", "10m", "-o", "json")
    assert done.returncode == 4
    report = json.loads(done.stdout)
    assert (report["status"], report["timed_out"], report["exit_code"]) == ("InProgress", True, 4)
    assert "smtune watch job" in done.stderr


def test_ctrl_c_is_130_and_says_how_to_come_back(ended: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtune.progress.waiting.watch", interrupted)
    done = inside("wait", ended)
    assert (done.returncode, done.stdout) == (130, "")
    assert f"smtune wait {ended}" in done.stderr


def test_an_unknown_job_is_refused_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(seconds: float) -> None:
        pytest.fail(f"slept {seconds} s")

    monkeypatch.setattr(time, "sleep", never)
    done = inside("wait", "nobody", "--local")
    assert done.returncode == 254
    assert "nobody" in done.stderr
