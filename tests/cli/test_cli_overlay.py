"""-f and --set: which files make the spec of a command, and what is said when they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside, smtune, write_job

from smtune.scaffold import templates_folder

PROD = "limits: {jobs: 50}\nhyperparameters: {eta: {max: 0.3}}\ntags: {stage: '${env:STAGE}'}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    base = (templates_folder() / "quickstart" / "spec.yaml").read_text(encoding="utf-8")
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    (tmp_path / "prod.yaml").write_text(PROD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAGE", "prod")
    return tmp_path


def render(*arguments: str) -> Any:
    done = inside("render", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def limits(request: Any) -> Any:
    return request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]


def test_an_overlay_is_merged_over_the_spec(folder: Path) -> None:
    request = render("base.yaml", "-f", "prod.yaml")
    assert limits(request) == 50
    assert request["Tags"] == [{"Key": "stage", "Value": "prod"}]
    ranges = request["HyperParameterTuningJobConfig"]["ParameterRanges"]["ContinuousParameterRanges"]
    (eta,) = [item for item in ranges if item["Name"] == "eta"]
    assert (eta["MinValue"], eta["MaxValue"]) == ("0.01", "0.3")


def test_without_a_spec_the_first_file_is_the_base(folder: Path) -> None:
    assert render("-f", "base.yaml", "--file", "prod.yaml") == render("base.yaml", "-f", "prod.yaml")
    assert render("-f", "base.yaml") == render("base.yaml")


def test_the_last_word_is_that_of_set(folder: Path) -> None:
    (folder / "more.yaml").write_text("limits: {jobs: 60}\n", encoding="utf-8")
    files = ("base.yaml", "-f", "prod.yaml", "-f", "more.yaml")
    assert limits(render(*files)) == 60
    assert limits(render("--set", "limits.jobs=70", *files, "--set", "seed=null")) == 70
    assert limits(render(*files, "--set", "limits.jobs=70", "--set", "limits.jobs=80")) == 80


def test_a_spec_can_come_from_standard_input(folder: Path) -> None:
    text = (folder / "base.yaml").read_text(encoding="utf-8")
    # As a shell's pipe does it.
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    with os.fdopen(reading) as pipe, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", pipe)
        assert limits(render("-", "-f", "prod.yaml")) == 50


def test_problems_name_the_file_or_the_setting(folder: Path) -> None:
    (folder / "prod.yaml").write_text("limits:\n  jobs: 0\n", encoding="utf-8")
    done = inside("render", "base.yaml", "-f", "prod.yaml", "--set", "limits.parallel=x", "--set", "sed=1")
    assert done.returncode == 252
    assert done.stdout == ""
    assert done.stderr == (
        "--set 1: limits.parallel: 'x' is not a whole number\n"
        "    write a plain number, without quotes and without a decimal point\n"
        "--set 2: sed: unknown key 'sed'\n"
        f"    {done.stderr.splitlines()[3].strip()}\n"
        "prod.yaml:2:3: limits.jobs: 0 is out of bounds\n"
        "    give a value at least 1\n"
    )
    assert "did you mean seed?" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["render"], "error: give a SPEC, or -f FILE\n"),
        (["render", "--set", "seed=1"], "error: --set changes a SPEC: give one\n"),
        (["render", "base.yaml", "--set", "seed"], "error: --set 'seed': write KEY=VALUE, as in hyperp"),
        (["validate"], "error: give a SPEC, or -f FILE\n"),
        (["run"], "error: give a SPEC, or --resume JOB\n"),
        (["run", "--set", "seed=1", "--resume", "job"], "error: --set changes a SPEC: give one\n"),
        (["run", "-f", "base.yaml", "--resume", "job"], "error: give a SPEC or --resume JOB, not both\n"),
    ],
)
def test_a_command_line_that_cannot_be_used(arguments: list[str], message: str, folder: Path) -> None:
    done = inside(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_validate_gives_every_spec_the_overlays(folder: Path) -> None:
    (folder / "other.yaml").write_text((folder / "base.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert inside("validate", "base.yaml", "other.yaml", "-f", "prod.yaml").stdout == "base.yaml: ok\nother.yaml: ok\n"
    done = inside("validate", "base.yaml", "other.yaml", "--set", "strategy=bayes")
    assert done.returncode == 252
    assert done.stdout.count("--set 1: strategy: 'bayes' is not a choice") == 2
    assert inside("validate", "-f", "base.yaml", "-f", "prod.yaml").stdout == "base.yaml: ok\n"


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    done = smtune("render", "pipe", folder=folder)
    assert done.returncode == 252
    assert done.stderr == (
        "pipe: cannot read the file: it is a pipe\n    name a file, or name - and pipe the spec in\n"
    )


@pytest.mark.slow
def test_run_takes_what_was_merged_and_paths_from_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").mkdir()
    write_job(tmp_path / "base")
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs" / "prod.yaml").write_text("data: {source: rows.csv}\ntags: {a: b}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    files = ("base/spec.yaml", "-f", "envs/prod.yaml", "--set", "limits.jobs=1", "--set", "limits.parallel=1")
    done = inside("run", *files, "--local", "-o", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["counts"]["completed"], report["evaluation"]["rows"]) == (1, 20)
