"""A tuning job's whole life from a shell, through real HTTP: nothing is set but AWS_ENDPOINT_URL, keys and a region."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cli import outputs, start
from cli_jobs import inside, write_job
from either_peer import sign_in
from front import plain_session
from ruamel.yaml import YAML

ROLE = "arn:aws:iam::000000000000:role/training"
FAILS = "import sys\nprint('CUDA out of memory. Tried to allocate 2 GiB')\nsys.exit('torch.cuda.OutOfMemoryError')\n"


def smtune(*arguments: str, code: int = 0) -> str:
    done = inside(*arguments)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def as_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(smtune(*arguments, "-o", "json", code=code))


@pytest.fixture(autouse=True)
def _account(front_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SMTUNE_HOME", str(tmp_path / "elsewhere"))  # the engine behind HTTP is another machine's
    sign_in(monkeypatch)
    monkeypatch.setenv("SMTUNE_ROLE", ROLE)
    write_job(Path())


@pytest.fixture
def job() -> str:
    """A job that was planned, launched and waited for."""
    planned = as_json("plan", "spec.yaml", "--online", "--out", "plan.json", code=1)  # moto cannot simulate policies
    assert {check["name"] for check in planned["checks"]} >= {"credentials", "bucket sagemaker-us-east-1-000000000000"}
    launched = as_json("launch", "plan.json")
    assert launched["outcome"] == "created"
    assert launched["tuning_job_name"] == planned["request"]["HyperParameterTuningJobName"]
    assert launched["changes"] == []
    assert as_json("launch", "spec.yaml")["outcome"] == "found"
    name: str = launched["tuning_job_name"]
    waited = as_json("wait", name, "--aws", "--interval", "0.3", "--timeout", "180", "--require", "objective <= 1")
    assert (waited["status"], waited["counts"]["completed"]) == ("Completed", 4)
    return name


@pytest.mark.slow
def test_a_life_through_http(job: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [item["name"] for item in as_json("list", "--aws")] == [job]
    assert job in smtune("describe", job)
    (summary,) = (
        plain_session().client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    )
    assert (summary["HyperParameterTuningJobName"], summary["HyperParameterTuningJobStatus"]) == (job, "Completed")

    rows = as_json("results", job)
    assert {row["status"] for row in rows} == {"Completed"}
    assert len(smtune("results", job, "-o", "csv").splitlines()) == 5
    best = as_json("best", job, "--download", str(tmp_path / "best"))
    assert best["objective"] == min(row["objective"] for row in rows)
    assert float((tmp_path / "best/model/cut").read_text()) == pytest.approx(best["hyperparameters"]["cut"])
    curves = smtune("results", job, "--curves", "-o", "csv").splitlines()
    assert len({line.split(",")[0] for line in curves[1:]}) == 4
    assert "hello from training" in smtune("logs", best["training_job_name"])
    assert as_json("cost", job)["tuning_job_name"] == job
    assert "no training job" in smtune("why", job) or as_json("why", job)["groups"] == []

    Path("clone.yaml").write_text(smtune("clone", job))
    assert as_json("plan", "clone.yaml", "--against", job, "--exit-code")["same"] is True
    Path("next.yaml").write_text(smtune("refine", job))
    smtune("validate", "next.yaml")
    assert YAML(typ="safe").load(smtune("extend", job, "--jobs", "5"))["warm_start"]["parents"] == [job]

    other = as_json("launch", "spec.yaml", "--set", "seed=8", "--set", "limits.jobs=2", "--wait", "--timeout", "3m")
    assert other["status"] == "Completed"
    compared = as_json("compare", job, other["tuning_job_name"])
    assert {item["path"] for item in compared["differences"][other["tuning_job_name"]]} == {
        "HyperParameterTuningJobConfig.RandomSeed",
        "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs",
    }
    assert as_json("run", "--resume", job)["diagnosis"] is not None

    smtune("archive", job, str(tmp_path / "kept"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # from here on nobody answers
    smtune("import", str(tmp_path / "kept"))
    assert as_json("results", job) == rows


@pytest.mark.slow
def test_a_failure_is_explained_stopped_and_deleted_and_the_aws_cli_sees_it_go(aws: Path, front_url: str) -> None:
    Path("train.py").write_text(FAILS)
    name = as_json("launch", "spec.yaml", "--set", "limits.jobs=2")["tuning_job_name"]
    command = ("sagemaker", "describe-hyper-parameter-tuning-job", "--hyper-parameter-tuning-job-name", name)
    smtune("wait", name, "--aws", "--interval", "0.3", "--timeout", "180", code=1)
    (described,) = outputs([start(aws, front_url, *command)])
    assert json.loads(described)["HyperParameterTuningJobStatus"] == "Failed"

    (group,) = as_json("why", name)["groups"]
    assert (group["cause"], group["count"]) == ("gpu-memory", 2)
    assert "is over already" in inside("stop", name, "--aws").stderr
    smtune("delete", name, "--aws", code=2)
    smtune("delete", name, "--aws", "--yes")
    gone = start(aws, front_url, *command)
    _, trouble = gone.communicate(timeout=180)
    assert gone.returncode != 0
    assert b"(ResourceNotFound)" in trouble
    smtune("describe", name, "--aws", code=254)
