"""smtune suggest: the next spec on stdout, its reasons beside it, the list on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning
from played_rounds import SPEC, playing
from report_jobs import told_job

from smtune.job import launch
from smtune.spec import TuningSpec, load_spec
from smtune.spec.ranges import Integer
from smtune.validate import check_file


@pytest.fixture(scope="module")
def _played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A session, and a job in it of too small a model that has ended."""
    with playing(tmp_path_factory.mktemp("played")) as service:
        name = launch(SPEC, session=service.session).name
        service.finish()
        yield service.session, name


@pytest.fixture
def job(_played: tuple[Any, str], monkeypatch: pytest.MonkeyPatch) -> str:
    session, name = _played
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: session)
    return name


def spec_of(text: str) -> TuningSpec:
    Path("next.yaml").write_text(text, encoding="utf-8")
    assert check_file(Path("next.yaml")) == ()
    return load_spec(Path("next.yaml"))


def test_the_first_suggestion_is_a_spec_that_can_be_launched(job: str) -> None:
    done = inside("suggest", job)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"# for {job}: High bias\n# -> 1. Use a bigger model\n")
    assert "  # max_depth: was 2; the same in all training jobs, 2: search it, more than that\n" in done.stdout
    assert "-> 1. Use a bigger model. More capacity" in done.stderr
    before, after = load_spec(SPEC), spec_of(done.stdout)
    assert after.hyperparameters["max_depth"] == Integer(min=2, max=12)
    same = {"max_depth": 2, "num_round": 10}
    assert after.model_copy(update={"hyperparameters": {**after.hyperparameters, **same}}) == before


def test_what_the_caller_knows_of_the_job_decides(job: str) -> None:
    """People err as much as the model does, so there is no bias to cure."""
    known = ["--human-error", "16%", "--confidence", "0.9", "--rows", "train=900", "--metric-name", "train=train:error"]
    done = inside("suggest", job, "-o", "table", *known, "--one-pool")
    assert done.returncode == 0, done.stderr
    assert "High bias" not in done.stdout
    groups = inside("suggest", job, "-o", "table", "--human", "nurse=15%/900", "--human", "doctor=16%/900")
    assert groups.returncode == 0, groups.stderr
    assert "High bias" not in groups.stdout
    wrong = inside("suggest", job, "--baseline", "0.5")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--baseline" in wrong.stderr


def test_the_spec_it_was_launched_from_is_what_changes(job: str) -> None:
    """What no request has stays: the channels' files, here."""
    Path("own.yaml").write_text(SPEC.replace("limits: {jobs: 3", "limits: {jobs: 5"), encoding="utf-8")
    done = inside("suggest", job, "--spec", "own.yaml")
    assert done.returncode == 0, done.stderr
    assert spec_of(done.stdout).limits.jobs == 5
    Path("other.yaml").write_text(SPEC.replace("eta: {min", "lambda: {min"), encoding="utf-8")
    wrong = inside("suggest", job, "--spec", "other.yaml")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert f"the spec tunes lambda, and {job} tunes eta: give the spec that it was launched from" in wrong.stderr


def test_another_suggestion_is_applied_by_its_number(job: str) -> None:
    done = inside("suggest", job, "--apply", "2", "-o", "yaml")
    assert done.returncode == 0, done.stderr
    assert "-> 2. Train longer" in done.stdout
    assert spec_of(done.stdout).hyperparameters["max_depth"] == 2


def test_the_list_alone(job: str) -> None:
    done = inside("suggest", job, "-o", "table")
    assert done.returncode == 0
    assert done.stdout.startswith(f"{job}: High bias\n")
    assert done.stderr == ""
    assert inside("suggest", job, "-o", "table", "--apply", "1").returncode == 2


def test_as_json_with_the_spec_that_was_asked_for(job: str) -> None:
    found = inside("suggest", job, "-o", "json")
    assert found.returncode == 0
    told = json.loads(found.stdout)
    assert (told["tuning_job_name"], told["headline"], told["first"]) == (job, "High bias", 1)
    assert [each["number"] for each in told["suggestions"]] == list(range(1, len(told["suggestions"]) + 1))
    assert "applied" not in told
    applied = json.loads(inside("suggest", job, "--apply", "1", "-o", "json").stdout)["applied"]
    assert applied["spec"]["hyperparameters"]["max_depth"] == {"min": 2, "max": 12}


def test_a_number_that_is_no_change_of_the_spec_is_refused(job: str) -> None:
    told = json.loads(inside("suggest", job, "-o", "json").stdout)["suggestions"]
    other = next(each for each in told if not each["applicable"])
    for number, said in ((other["number"], "is no change of the spec"), (99, f"numbered from 1 to {len(told)}")):
        done = inside("suggest", job, "--apply", str(number))
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    assert inside("suggest", job, "--apply", "0").returncode == 2


def test_nothing_to_do_is_an_exit_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    service: FakeTuning = told_job("tune", 2)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    done = inside("suggest", "tune")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing that a spec can say is left to do about tune" in done.stderr
    assert inside("suggest", "tune", "--apply", "1").returncode == 2


def test_a_job_is_looked_for_where_it_is_said() -> None:
    assert inside("suggest", "nobody", "--local").returncode == 254
    assert inside("suggest", "nobody", "--aws").returncode == 253
    reach = ("--profile", "mine", "--region", "eu-west-3", "--endpoint-url", "http://localhost:1")
    assert inside("suggest", "nobody", *reach).returncode == 253
