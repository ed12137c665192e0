"""The main job, from the shell: the quickstart's spec to its report, and the model that the report describes."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cli_jobs import inside

from smtune.progress import describe, tags
from smtune.results import learning_curves, training_jobs
from smtune.scaffold import templates_folder
from smtune.service_model import violations
from smtune.session import connect

pytestmark = pytest.mark.slow
SMTUNE = Path(sys.executable).with_name("smtune")


def run(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SMTUNE), *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        env={"PATH": "/usr/bin:/bin", "HOME": str(state), "SMTUNE_HOME": str(state / "state")},
        cwd=state,
    )


def tune(*settings: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Run the quickstart."""
    spec = str(templates_folder() / "quickstart" / "spec.yaml")
    return run("run", spec, *settings, "--local", "-o", "json", state=state)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quickstart")


@pytest.fixture(scope="module")
def quickstart(state: Path) -> subprocess.CompletedProcess[str]:
    """Four training jobs are drawn by chance: so the best is the same however busy the machine is."""
    return tune("--set", "limits.jobs=4", state=state)


@pytest.fixture(scope="module")
def report(quickstart: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert quickstart.returncode == 0, quickstart.stderr
    result: dict[str, Any] = json.loads(quickstart.stdout)
    return result


@pytest.fixture
def tune_here(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is where the quickstart ran."""
    monkeypatch.setenv("SMTUNE_HOME", str(state / "state"))
    monkeypatch.chdir(state)


@pytest.fixture
def session(tune_here: None) -> Any:
    return connect("local")


def test_the_report_is_one_json_object(report: dict[str, Any]) -> None:
    assert report["status"] == "Completed"
    assert report["counts"] == {"completed": 4, "failed": 0, "stopped": 0, "running": 0}
    assert set(report["best"]) >= {"training_job_name", "hyperparameters", "objective", "metrics", "model_artifact"}
    assert set(report["diagnosis"]) >= {"findings", "gaps", "remedies"}
    assert report["best"]["training_job_name"].startswith(report["tuning_job_name"])
    assert report["notes"] == []


def test_hyperparameters_are_values_not_text(report: dict[str, Any]) -> None:
    tuned = report["best"]["hyperparameters"]

    assert {name: type(value) for name, value in tuned.items()} == {
        "booster": str,
        "eta": float,
        "lambda": float,
        "max_depth": int,
        "min_child_weight": float,
        "subsample": float,
    }
    assert report["best"]["static_hyperparameters"]["num_round"] == 200


def test_the_model_is_a_real_one(report: dict[str, Any]) -> None:
    metrics = report["best"]["metrics"]

    assert report["best"]["objective"] == metrics["validation:auc"] > 0.97
    assert metrics["test:error"] < 0.12
    assert metrics["train:error"] <= metrics["validation:error"]
    assert report["evaluation"]["rows"] == 85


def test_reloading_the_model_reproduces_the_test_error(report: dict[str, Any], session: Any, tmp_path: Path) -> None:
    import xgboost

    with tarfile.open(report["best"]["model_artifact"]) as archive:
        archive.extractall(tmp_path, filter="data")
    booster = xgboost.Booster()
    booster.load_model(bytearray((tmp_path / "xgboost-model").read_bytes()))
    uri = tags(session, report["tuning_job_name"])["smtune:test"]
    rows = pd.concat(pd.read_csv(file, header=None) for file in session.path_of(uri).glob("*.csv"))
    predicted = booster.predict(xgboost.DMatrix(rows.iloc[:, 1:].to_numpy())) > 0.5
    error = float(np.mean(predicted != rows.iloc[:, 0].to_numpy()))

    assert len(rows) == report["evaluation"]["rows"]
    assert report["best"]["metrics"]["test:error"] == pytest.approx(error, abs=1e-9)


def test_no_training_job_saw_the_test_rows(report: dict[str, Any], session: Any) -> None:
    job = describe(session, report["tuning_job_name"])
    channels = {item["ChannelName"]: item for item in job["TrainingJobDefinition"]["InputDataConfig"]}
    assert set(channels) == {"train", "validation"}

    def rows(uri: str) -> set[str]:
        files = session.path_of(uri).glob("*.csv")
        return {line for file in files for line in file.read_text().splitlines()}

    seen: set[str] = set().union(
        *[rows(channel["DataSource"]["S3DataSource"]["S3Uri"]) for channel in channels.values()]
    )
    held_out = rows(tags(session, report["tuning_job_name"])["smtune:test"])
    assert not held_out & seen
    assert len(held_out) == 85


def test_the_gaps_are_those_of_the_metrics(report: dict[str, Any]) -> None:
    metrics = report["best"]["metrics"]
    gaps = {gap["name"]: gap["value"] for gap in report["diagnosis"]["gaps"]}

    assert gaps["avoidable_bias"] == pytest.approx(metrics["train:error"] - 0.01, abs=1e-9)
    assert gaps["variance"] == pytest.approx(metrics["validation:error"] - metrics["train:error"], abs=1e-9)
    assert gaps["validation_to_test"] == pytest.approx(metrics["test:error"] - metrics["validation:error"], abs=1e-9)
    assert report["diagnosis"]["remedies"]


def test_the_request_that_ran_is_the_services(report: dict[str, Any], session: Any) -> None:
    job = describe(session, report["tuning_job_name"])
    request = {
        "HyperParameterTuningJobName": job["HyperParameterTuningJobName"],
        "HyperParameterTuningJobConfig": job["HyperParameterTuningJobConfig"],
        "TrainingJobDefinition": job["TrainingJobDefinition"],
    }

    assert violations("CreateHyperParameterTuningJobRequest", request) == ()


def test_all_training_jobs_are_a_typed_table(report: dict[str, Any], session: Any) -> None:
    frame = training_jobs(session, report["tuning_job_name"])

    assert len(frame) == 4
    assert frame.dtypes["hp.max_depth"] == "Int64"
    assert frame.dtypes["hp.eta"] == "Float64"
    assert frame.dtypes["hp.booster"] == "string"
    assert frame["objective"].max() == report["best"]["objective"]
    assert str(frame["created"].dt.tz) == "UTC"
    assert (frame["seconds"] > 0).all()
    assert frame["failure_reason"].isna().all()


def test_learning_curves_are_whole(report: dict[str, Any], session: Any) -> None:
    curves = learning_curves(session, report["best"]["training_job_name"])
    counts = curves.groupby("metric")["step"].count().to_dict()

    assert counts == {"train:auc": 200, "train:error": 200, "validation:auc": 200, "validation:error": 200}
    last = curves.groupby("metric")["value"].last()
    assert last["validation:auc"] == report["best"]["objective"]


def test_progress_is_on_stderr(quickstart: subprocess.CompletedProcess[str]) -> None:
    assert "rows: train 398, validation 86, test 85" in quickstart.stderr
    assert "Completed: 4/4 done" in quickstart.stderr
    assert "\x1b" not in quickstart.stderr + quickstart.stdout, "no colour off a terminal"


def test_coming_back_gives_the_same_report(report: dict[str, Any], state: Path, tune_here: None) -> None:
    again = inside("run", "--resume", report["tuning_job_name"], "-o", "json")

    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == report


@pytest.mark.thorough
def test_the_quickstart_runs_just_as_it_is(state: Path) -> None:
    done = tune(state=state)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)

    assert report["counts"] == {"completed": 20, "failed": 0, "stopped": 0, "running": 0}
    assert report["best"]["objective"] > 0.99
    assert "Completed: 20/20 done" in done.stderr


def test_a_script_of_ones_own_is_tuned_and_evaluated(state: Path, tune_here: None) -> None:
    spec = (templates_folder() / "scikit-learn" / "spec.yaml").read_text().replace("jobs: 10", "jobs: 2")
    folder = state / "regression"
    assert inside("init", "scikit-learn", str(folder)).returncode == 0
    (folder / "spec.yaml").write_text(spec)
    done = inside("run", str(folder / "spec.yaml"), "--local", "-o", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)

    assert report["counts"]["completed"] == 2
    assert report["objective"] == {"metric": "validation:rmse", "type": "Minimize"}
    metrics = report["best"]["metrics"]
    assert 30 < metrics["train:rmse"] < metrics["validation:rmse"] < 80
    assert 30 < metrics["test:rmse"] < 80
    assert report["evaluation"]["rows"] == 66
    verdicts = {gap["verdict"] for gap in report["diagnosis"]["gaps"]}
    assert verdicts == {"not assessable"}, "nobody said how good an expert is"
