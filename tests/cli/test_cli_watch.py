"""smtune watch, list and describe."""

from __future__ import annotations

import json
import time

import pytest
from cli_jobs import inside
from faults import THROTTLED
from local_jobs import script_spec
from paced_job import PacedJob, on_aws
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings
from smtune.request import to_request


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> PacedJob:
    """A job on AWS of two hours, and a clock that sleeping moves."""
    return on_aws(monkeypatch, jobs=6, parallel=2, seconds=2400.0, failing=frozenset({3}))


def test_a_job_on_aws_is_watched_to_its_end_in_one_line_a_change(paced: PacedJob) -> None:
    done = inside("watch", "job")
    assert (done.returncode, done.stdout) == (0, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("InProgress: 0/6 done, 2 running")
    assert "  job-003-abc failed: ValueError: no" in lines
    assert lines[-1].startswith("Completed: 6/6 done, 0 running, 1 failed, best so far 0.06")
    assert len(lines) == 5
    assert paced.calls["List"] == 4


def test_credentials_that_expire_and_throttling_are_told_and_borne(paced: PacedJob) -> None:
    paced.expires_at = paced.clock.now() + 3000
    paced.fail_next(THROTTLED, THROTTLED)
    done = inside("watch", "job", "--interval", "1m")
    assert done.returncode == 0
    assert done.stderr.count("aws sso login") == 1
    assert done.stderr.count("AWS asks to slow down") == 1
    assert done.stderr.count("the service answers again") == 2


def test_the_interval_is_what_is_asked_for(paced: PacedJob) -> None:
    assert inside("watch", "job", "--interval", "10m").returncode == 0
    assert paced.looked_at[:4] == [0.0, 600.0, 1200.0, 1800.0]


@pytest.mark.parametrize(("ends_as", "code"), [("Failed", 1), ("Stopped", 3)])
def test_how_it_ends_is_the_exit_code(paced: PacedJob, ends_as: str, code: int) -> None:
    paced.ends_as = ends_as
    done = inside("watch", "job")
    assert done.returncode == code
    assert ("smtune why job" in done.stderr) is (ends_as == "Failed")


def test_the_time_is_up(paced: PacedJob) -> None:
    done = inside("watch", "job", "--timeout", "30m")
    assert done.returncode == 4
    assert "job is still InProgress after 1800 s" in done.stderr
    assert "no job" not in done.stderr


def test_ctrl_c_leaves_the_job_running(paced: PacedJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtune.progress.watching._Rhythm.pause", interrupted)
    done = inside("watch", "job")
    assert done.returncode == 130
    assert "job goes on without you. Come back: smtune watch job" in done.stderr


def test_the_list_is_chosen_by_options(settings: Settings) -> None:
    record_job(settings, "old", [Ran()], began=time.time() - 3 * 86_400)
    record_job(settings, "new", [Ran()], status="Failed")

    def names(*arguments: str) -> list[str]:
        return [job["name"] for job in json.loads(inside("list", *arguments, "-o", "json").stdout)]

    assert names() == ["new", "old"]
    assert names("--since", "2d") == ["new"]
    assert names("--since", "2020-01-01") == ["new", "old"]
    assert names("--status", "completed") == ["old"]
    assert names("--status", "Failed") == ["new"]
    assert names("--status", "InProgress") == names("--status", "Stopping") == []
    assert names("--name-contains", "ol") == ["old"]
    assert names("--max", "1") == ["new"]
    assert names("--local") == ["new", "old"]
    nothing = inside("list", "--status", "Stopped")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "no tuning job is like that" in nothing.stderr
    assert inside("list", "--since", "someday").returncode == 2
    assert "is before all time" in inside("list", "--since", "9999999d").stderr


def test_describe_says_what_a_person_wants_to_know(settings: Settings) -> None:
    record_job(settings, "toy", [Ran((0.7,)), Ran((), "Failed", {"dose": "1"}, "no")])
    text = inside("describe", "toy").stdout
    pairs = {line[:15].strip(): line[15:].strip() for line in text.splitlines()}
    assert pairs["objective"] == "maximize score"
    assert pairs["strategy"] == "Random"
    assert pairs["ranges"] == "1: 1 continuous"
    assert pairs["training time"] == "2 min 00 s"
    assert pairs["training jobs"].startswith("2 done of at most 3: 1 completed, 1 failed")
    assert "console" not in pairs
    assert json.loads(inside("describe", "toy", "-o", "json").stdout)["HyperParameterTuningJobName"] == "toy"


def test_describe_shows_no_secret(settings: Settings) -> None:
    request = to_request(script_spec(environment={"DB_PASSWORD": "hunter2-deluxe", "LOG": "info"}))
    record_job(settings, "toy", [Ran((0.7,))], changes={"TrainingJobDefinition": request["TrainingJobDefinition"]})
    said = json.loads(inside("describe", "toy", "-o", "json").stdout)
    assert said["TrainingJobDefinition"]["Environment"] == {"DB_PASSWORD": "(hidden)", "LOG": "info"}
    assert said["CreationTime"].endswith("+00:00")
