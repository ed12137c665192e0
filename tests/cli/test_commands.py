"""The commands on one small tuning job that really ran here; as processes where it is the process that matters."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import SMTUNE, inside, smtune, write_job
from local_jobs import WAIT_SECONDS
from moto import mock_aws

pytestmark = pytest.mark.slow
AWS = {"AWS_REGION": "us-east-1"}
SLOW = "import time\nprint('errors: train=0.1 validation=0.2', flush=True)\ntime.sleep(600)\n"


@dataclass(frozen=True)
class Finished:
    """A tuning job that was run by `smtune run SPEC --local -o json`."""

    folder: Path
    report: dict[str, Any]
    progress: str

    @property
    def name(self) -> str:
        return str(self.report["tuning_job_name"])

    def smtune(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return smtune(*arguments, folder=self.folder, environment={"SMTUNE_HOME": str(self.folder / "state")})

    def inside(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SMTUNE_HOME", str(self.folder / "state"))
            patch.chdir(self.folder)
            return inside(*arguments)

    def json(self, *arguments: str) -> Any:
        done = self.inside(*arguments, "-o", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Finished:
    """One job for all; the processes of pytest-xdist share it."""
    top = tmp_path_factory.getbasetemp()
    folder = (top if worker_id == "master" else top.parent) / "job"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "out").exists():
            write_job(folder)
            environment = {"SMTUNE_HOME": str(folder / "state")}
            done = smtune("run", "spec.yaml", "--local", "-o", "json", folder=folder, environment=environment)
            assert done.returncode == 0, done.stderr
            (folder / "err").write_text(done.stderr, encoding="utf-8")
            (folder / "out").write_text(done.stdout, encoding="utf-8")
    report = json.loads((folder / "out").read_text(encoding="utf-8"))
    return Finished(folder, report, (folder / "err").read_text(encoding="utf-8"))


def test_run_prints_one_object(job: Finished) -> None:
    report = job.report
    assert report["status"] == "Completed"
    assert report["counts"] == {"completed": 4, "failed": 0, "stopped": 0, "running": 0}
    best = report["best"]
    assert best["training_job_name"].startswith(f"{job.name}-")
    assert set(best["hyperparameters"]) == {"cut", "side"}
    assert best["objective"] == best["metrics"]["validation:error"]
    assert set(best["metrics"]) == {"train:error", "validation:error", "test:error"}
    assert Path(best["model_artifact"]).is_file()
    assert report["evaluation"]["rows"] == 20
    assert {"findings", "gaps", "remedies"} <= set(report["diagnosis"])


def test_run_tells_its_progress_on_stderr(job: Finished) -> None:
    lines = job.progress.splitlines()
    assert lines[0] == f"tuning job {job.name}"
    assert "  note: training jobs run on this machine, not on ml.m5.large" in lines
    assert "  rows: train 40, validation 20, test 20" in lines
    assert lines[-1].startswith("Completed: 4/4 done, 0 running, best so far ")
    assert "\x1b" not in job.progress


def test_run_resume_prints_the_report_again(job: Finished) -> None:
    done = job.inside("run", "--resume", job.name)
    assert done.returncode == 0
    assert f"Tuning job {job.name}: Completed in " in done.stdout
    assert f"Best training job {job.report['best']['training_job_name']}" in done.stdout
    assert "(best model on 20 held-out rows)" in done.stdout
    assert "Error ladder" in done.stdout
    assert f"smtune results {job.name}" in done.stdout
    model = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("  model "))
    assert (job.folder / model).is_file()
    assert not Path(model).is_absolute()


def test_list(job: Finished) -> None:
    (listed,) = job.json("list")
    assert (listed["name"], listed["status"], listed["completed"]) == (job.name, "Completed", 4)
    heading, row = job.inside("list").stdout.splitlines()
    assert heading.split() == ["name", "status", "strategy", "created", "completed", "running", "failed", "stopped"]
    assert row.split()[:3] == [job.name, "Completed", "Random"]


def test_describe(job: Finished) -> None:
    described = job.json("describe", job.name)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["CreationTime"][10] == "T"
    text = job.inside("describe", job.name).stdout
    pairs = dict(line.split(maxsplit=1) for line in text.splitlines() if not line.startswith("training jobs"))
    assert (pairs["name"], pairs["status"]) == (job.name, "Completed")
    assert "4 done of at most 4: 4 completed, 0 failed, 0 stopped; 0 running" in text
    assert (job.folder / pairs["spec"]).is_file()
    assert pairs["search"] == "chance"


def test_results_as_a_table_has_the_best_first(job: Finished) -> None:
    heading, *rows = job.smtune("results", job.name).stdout.splitlines()
    assert heading.split() == ["name", "status", "validation:error", "seconds", "cut", "side"]
    assert len(rows) == 4
    assert rows[0].split()[0] == job.report["best"]["training_job_name"]
    errors = [float(row.split()[2]) for row in rows]
    assert errors == sorted(errors)


def test_results_as_data_are_typed_and_in_order(job: Finished) -> None:
    found = job.json("results", job.name)
    names = [item["name"] for item in found]
    assert names == sorted(names)
    assert len(names) == 4
    for item in found:
        assert isinstance(item["hyperparameters"]["cut"], float)
        assert item["hyperparameters"]["side"] in {"left", "right"}
        assert item["failure_reason"] is None
        assert item["created"][10] == "T"

    table = list(csv.DictReader(io.StringIO(job.inside("results", job.name, "-o", "csv").stdout)))
    assert [row["name"] for row in table] == names
    assert [float(row["hp.cut"]) for row in table] == [item["hyperparameters"]["cut"] for item in found]
    assert [row["created"] for row in table] == [item["created"] for item in found]


def test_best(job: Finished) -> None:
    best = job.json("best", job.name)
    assert best["training_job_name"] == job.report["best"]["training_job_name"]
    assert best["static_hyperparameters"] == {"rounds": 3}
    text = job.inside("best", job.name).stdout
    assert "objective     validation:error, minimized\n" in text
    assert f"training job  {best['training_job_name']}\n" in text


def test_logs(job: Finished) -> None:
    name = job.report["best"]["training_job_name"]
    plain = job.inside("logs", name).stdout.splitlines()
    assert plain[0] == "hello from training"
    stamped = job.inside("logs", name, "--timestamps").stdout.splitlines()
    assert [line.split(" ", 1)[1] for line in stamped] == plain
    assert stamped[0][10] == "T"
    assert stamped[0].split(" ")[0].endswith("Z")


def test_validate_and_render(job: Finished) -> None:
    assert job.inside("validate", "spec.yaml").stdout == "spec.yaml: ok\n"
    assert job.json("validate", "spec.yaml") == [{"file": "spec.yaml", "problems": []}]
    request = json.loads(job.inside("render", "spec.yaml", "--region", "eu-west-1").stdout)
    assert request["HyperParameterTuningJobName"] == "toy"
    assert ".eu-west-1." in request["TrainingJobDefinition"]["AlgorithmSpecification"]["TrainingImage"]


def test_validate_names_every_problem_of_every_file(tmp_path: Path) -> None:
    bad = write_job(tmp_path, changes={"seed: 7\ndata": "sead: 7\ndata", "jobs: 4": "jobs: many"})
    done = smtune("validate", str(bad), str(tmp_path / "missing.yaml"))
    assert done.returncode == 252
    assert done.stderr == ""
    assert f"{bad}:8:10: limits.jobs:" in done.stdout
    assert "did you mean seed?" in done.stdout
    assert "missing.yaml: cannot read the file" in done.stdout
    found = json.loads(inside("validate", str(bad), "-o", "json").stdout)
    assert sorted(problem["path"] for problem in found[0]["problems"]) == ["limits.jobs", "sead"]


def test_run_refuses_what_validate_finds(tmp_path: Path) -> None:
    bad = write_job(tmp_path, changes={"parallel: 2": "parallel: 9"})
    done = inside("run", str(bad), "--local")
    assert (done.returncode, done.stdout) == (252, "")
    assert "parallel 9 is above jobs 4 [R16]" in done.stderr
    assert "lower parallel to 4" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("describe",), ("results",), ("best",), ("logs",), ("stop",), ("run", "--resume")], ids=" ".join
)
def test_an_unknown_name_is_one_sentence(arguments: tuple[str, ...], home: Path) -> None:
    done = inside(*arguments, "nope", "--local")
    assert (done.returncode, done.stdout) == (254, "")
    assert len(done.stderr.splitlines()) == 1
    assert "nope" in done.stderr
    assert str(home) in done.stderr


@pytest.mark.parametrize("environment", [{}, AWS], ids=["no region", "no credentials"])
@pytest.mark.parametrize("arguments", [("describe",), ("logs",)], ids=" ".join)
def test_a_name_that_is_not_here_is_looked_up_on_aws(
    arguments: tuple[str, ...], environment: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = inside(*arguments, "nope")
    assert (done.returncode, done.stdout) == (253, "")
    assert len(done.stderr.splitlines()) == 1
    reason = "credentials" if environment else "region"
    assert done.stderr.startswith(f"error: no job nope here (SMTUNE_HOME={home}; see: smtune list); and AWS: ")
    assert reason in done.stderr.partition("and AWS: ")[2]
    assert "--local" not in done.stderr


@pytest.mark.parametrize("arguments", [("describe",), ("logs",), ("run", "--resume")], ids=" ".join)
def test_a_name_that_aws_does_not_know_either_is_refused_by_both(
    arguments: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with mock_aws():
        done = inside(*arguments, "nope")
    assert (done.returncode, done.stdout) == (254, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"error: no job nope here (SMTUNE_HOME={home}; see: smtune list); and AWS: ")


def test_aws_without_a_region_says_what_to_do(tmp_path: Path) -> None:
    spec = write_job(tmp_path / "job")
    for arguments in (("run", str(spec)), ("list", "--aws")):
        done = inside(*arguments)
        assert (done.returncode, done.stdout) == (253, "")
        assert done.stderr.startswith("error: no AWS region: ")
        assert "--local" in done.stderr


def test_an_empty_list_says_where_it_looked(home: Path) -> None:
    done = inside("list")
    assert (done.returncode, done.stdout) == (0, "")
    assert str(home) in done.stderr
    assert inside("list", "-o", "json").stdout == "[]\n"


def test_a_job_without_a_success_says_why_and_ends_with_1(tmp_path: Path) -> None:
    spec = write_job(tmp_path / "job", "raise ValueError('eta is [too] bold')", {"jobs: 4, parallel: 2": "jobs: 1"})
    done = inside("run", str(spec), "--local")
    assert done.returncode == 1
    assert "Failed: 1/1 done, 0 running, 1 failed, best so far none" in done.stderr
    assert "ValueError: eta is [too] bold" in done.stdout
    name = done.stderr.splitlines()[0].removeprefix("tuning job ")

    best = inside("best", name)
    assert (best.returncode, best.stdout) == (1, "")
    assert "has no completed training job" in best.stderr
    assert "ValueError: eta is [too] bold" in inside("results", name).stdout


def test_ctrl_c_leaves_the_job_running_and_stop_ends_it(tmp_path: Path) -> None:
    spec = write_job(tmp_path / "job", SLOW)
    process = subprocess.Popen([*SMTUNE, "run", str(spec), "--local"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process.stderr as stderr:
        name = stderr.readline().strip().removeprefix("tuning job ")
        while not stderr.readline().startswith("InProgress"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest = stderr.read()
    assert process.wait() == 130
    assert f"smtune run --resume {name}" in rest
    assert f"smtune stop {name}" in rest
    assert "Traceback" not in rest

    until = time.monotonic() + WAIT_SECONDS
    while json.loads(inside("list", "-o", "json").stdout)[0]["running"] != 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    stopped = inside("stop", name)
    assert (stopped.returncode, stopped.stdout) == (0, "")
    assert stopped.stderr == f"{name} is stopping; see: smtune describe {name}\n"
    resumed = inside("run", "--resume", name, "-o", "json")
    assert resumed.returncode == 3
    report = json.loads(resumed.stdout)
    assert (report["status"], report["counts"]["stopped"], report["best"]) == ("Stopped", 2, None)


def test_a_reader_that_goes_away_is_quiet(job: Finished) -> None:
    environment = {**os.environ, "SMTUNE_HOME": str(job.folder / "state")}
    with subprocess.Popen(
        [*SMTUNE, "list"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""
