"""Training jobs in real containers, through the SDK's own local mode: eight of them, on images of this machine's files.

Without Docker these tests say why they are skipped; with CI=true they fail then. `make docker` sees to everything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from containers import OWN, containers
from local_jobs import WAIT_SECONDS, script_spec, training_jobs, wait_for

import smtune
from smtune.data.prepare import prepare
from smtune.execute import launch
from smtune.local.container.place import Place
from smtune.local.session import LocalSession
from smtune.logs import log_lines
from smtune.plan import plan
from smtune.results import best_training_job
from smtune.spec import TuningSpec

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]
Start = Callable[..., str]

# Scripts of both libraries, as they are written for the images of either.
SKLEARN = """
import argparse, os
import numpy as np
from sklearn.linear_model import Ridge
from xgboost import XGBRegressor
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
parser.add_argument("--rounds", type=int)
parser.add_argument("--note")
arguments = parser.parse_args()
rows = np.loadtxt(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), delimiter=",", skiprows=1)
for model in (Ridge(), XGBRegressor(n_estimators=arguments.rounds)):
    print("fit", model.fit(rows[:, 1:], rows[:, 0]).score(rows[:, 1:], rows[:, 0]) > 0.5)
print("note", arguments.note)
print(f"score={1 - (arguments.dose - 0.3) ** 2:.6f}")
open(os.path.join(os.environ["SM_MODEL_DIR"], "dose"), "w").write(str(arguments.dose))
"""
OWN_PROGRAM = """
import json, os, pathlib, socket, sys
ml = pathlib.Path("/opt/ml")
print("argv", sys.argv[1:])
print("credentials", sorted(name for name in os.environ if "SECRET" in name or "KEY" in name))
try:
    (ml / "input/data/train/rows.csv").write_text("overwritten")
except OSError as error:
    print("data", error.strerror)
try:
    socket.create_connection(("192.0.2.1", 9), timeout=5)
except OSError as error:
    print("network", error.strerror)
print("host", socket.gethostbyname(json.loads((ml / "input/config/resourceconfig.json").read_text())["current_host"]))
print("score=\\t0.5")
(ml / "model/weights").write_text("w")
(ml / "output/data/chart").write_text("c")
"""
SAVES_ON_SIGTERM = """
import pathlib, signal, sys, time
def save(*_):
    pathlib.Path("/opt/ml/model/weights").write_text("saved")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("score=0.5", flush=True)
time.sleep(600)
"""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-caller-s-own")
    session = smtune.connect("local", runner="container")
    assert isinstance(session, LocalSession)
    return session


@pytest.fixture
def start(session: LocalSession, tmp_path: Path) -> Start:
    """Launch a tuning job of one training job, whose image's program does what `code` says; returns its name."""

    def start(code: str, **changes: Any) -> str:
        (tmp_path / "rows").mkdir(exist_ok=True)
        (tmp_path / "rows" / "rows.csv").write_text("1,2\n", encoding="utf-8")
        (tmp_path / "workspace").mkdir(exist_ok=True)
        fields = script_spec(hyperparameters={"code": code, "dose": {"min": 0.0, "max": 1.0}}).model_dump()
        fields |= {"algorithm": {"image": OWN}, "limits": {"jobs": 1}, "data": {"channels": {"train": "rows"}}}
        spec = TuningSpec.model_validate(fields | changes)
        return launch(session, plan(spec, prepare(spec, tmp_path, tmp_path / "workspace"))).name

    return start


def only_training_job(session: LocalSession, name: str) -> dict[str, Any]:
    (summary,) = training_jobs(session, name)
    client: Any = session.client("sagemaker")
    return dict(client.describe_training_job(TrainingJobName=summary["TrainingJobName"]))


def printed(session: LocalSession, training_job: str) -> list[str]:
    return [text for _, text in log_lines(session, training_job)]


def packed(session: LocalSession, uri: str, name: str) -> str:
    with tarfile.open(session.path_of(uri)) as archive:
        member = archive.extractfile(name)
        assert member is not None
        return member.read().decode()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_script_is_tuned_in_the_image_of_its_framework_two_at_a_time(tagged: str, home: Path) -> None:
    """AWS's own toolkit runs it. From the command line, and two containers at once."""
    Path("train.py").write_text(SKLEARN, encoding="utf-8")
    Path("rows.csv").write_text("y,x\n" + "".join(f"{i % 7},{i % 7}\n" for i in range(80)), encoding="utf-8")
    spec = script_spec(limits={"jobs": 2, "parallel": 2}).model_dump(mode="json", exclude_none=True)
    spec |= {
        "data": {"source": "rows.csv", "label": "y", "split": {"train": 0.6, "validation": 0.2, "test": 0.2}},
        "hyperparameters": {"dose": {"min": 0.0, "max": 1.0}, "rounds": 3, "note": "it's $HOME"},
    }
    Path("spec.json").write_text(json.dumps(spec), encoding="utf-8")
    done = inside(
        "launch", "spec.json", "--local", "--runner", "container", "--wait", "--skip-data-check", "-o", "json"
    )
    assert done.returncode == 0, done.stderr

    session = smtune.connect("local")
    assert isinstance(session, LocalSession)
    name = json.loads(done.stdout)["tuning_job_name"]
    best = best_training_job(session, name)
    assert best is not None
    assert packed(session, best.model_artifact, "dose") == str(best.hyperparameters["dose"])
    jobs = training_jobs(session, name)
    assert [item["TrainingJobStatus"] for item in jobs] == ["Completed", "Completed"]
    assert jobs[0]["TrainingEndTime"] > jobs[1]["TrainingStartTime"], "at once"
    for item in jobs:
        lines = printed(session, item["TrainingJobName"])
        assert lines.count("fit True") == 2
        assert "note it's $HOME" in lines
    assert containers(home) == []


def test_a_program_of_ones_own_finds_what_the_service_has_and_nothing_of_the_callers(
    session: LocalSession, start: Start, tmp_path: Path, home: Path
) -> None:
    name = start(OWN_PROGRAM, security={"isolation": True})
    wait_for(session, name)
    training = only_training_job(session, name)

    assert training["TrainingJobStatus"] == "Completed"
    lines = printed(session, training["TrainingJobName"])
    assert lines == [
        "argv []",
        "credentials []",
        "data Read-only file system",
        "network Network is unreachable",
        "host 127.0.0.1",
        "score=\t0.5",
    ]
    assert (tmp_path / "rows" / "rows.csv").read_text() == "1,2\n"
    model = training["ModelArtifacts"]["S3ModelArtifacts"]
    assert packed(session, model, "weights") == "w"
    assert packed(session, model.replace("model.tar.gz", "output.tar.gz"), "chart") == "c"
    assert containers(home) == []


def test_a_program_that_fails_says_why(session: LocalSession, start: Start, home: Path) -> None:
    name = start("import sys; open('/opt/ml/output/failure', 'w').write('no label'); print('score=1'); sys.exit(3)")
    wait_for(session, name)

    assert only_training_job(session, name)["FailureReason"] == "AlgorithmError: no label, exit code: 3"
    assert containers(home) == []


def test_a_stopped_training_job_keeps_what_it_saved_on_sigterm(session: LocalSession, start: Start, home: Path) -> None:
    name = start(SAVES_ON_SIGTERM)
    until(
        lambda: (item := training_jobs(session, name)) and "score=0.5" in printed(session, item[0]["TrainingJobName"])
    )
    session.client("sagemaker").stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    wait_for(session, name)
    training = only_training_job(session, name)

    assert (training["TrainingJobStatus"], training["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert packed(session, training["ModelArtifacts"]["S3ModelArtifacts"], "weights") == "saved"
    assert containers(home) == []


def test_after_a_kill_of_everybody_the_next_worker_finds_the_container_and_runs_it_again(
    session: LocalSession, start: Start, home: Path
) -> None:
    name = start("import time; print('score=1', flush=True); time.sleep(4)")
    until(lambda: training_jobs(session, name))
    (summary,) = training_jobs(session, name)
    folder = session.settings.training_folder(name, summary["TrainingJobName"])
    until(lambda: containers(home, "--filter", "status=running") == [Place(folder).container])
    for process in _processes(str(session.settings.home)):
        os.kill(process, signal.SIGKILL)
    assert containers(home, "--filter", "status=running") == [Place(folder).container], "nobody is left to end it"
    wait_for(session, name)  # a look at the job starts the next worker

    assert only_training_job(session, name)["TrainingJobStatus"] == "Completed"
    assert containers(home) == []


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_MEMORY_GB", "0.1")


@pytest.mark.usefixtures("little_memory")
def test_whose_child_is_killed_for_its_memory_says_so(session: LocalSession, start: Start) -> None:
    name = start(
        "import subprocess, sys\n"
        "code = subprocess.run([sys.executable, '-c', 'data = bytearray(300_000_000)']).returncode\n"
        "sys.exit(f'a child ended with {code}')"
    )
    wait_for(session, name)

    reason = only_training_job(session, name)["FailureReason"]
    wanted = "OutOfMemory: it used more memory than SMTUNE_MEMORY_GB allows (0.1)"
    assert reason == f"AlgorithmError: {wanted}, exit code: 1"


def test_on_an_image_others_can_be_built_with_any_wheels_of_theirs() -> None:
    """As one with PyTorch, which links a library that nothing else here does."""
    load = "import ctypes; [ctypes.CDLL(name) for name in ('libutil.so.1', 'librt.so.1', 'libstdc++.so.6')]"
    done = subprocess.run(["docker", "run", "--rm", "--entrypoint", "python3", OWN, "-c", load], capture_output=True)
    assert done.returncode == 0, done.stderr


def test_an_image_that_is_not_there_is_refused_and_not_fetched(start: Start) -> None:
    with pytest.raises(
        smtune.SmtuneError, match=r"Docker has no image nobody/has-it:1 here.*docker pull nobody/has-it:1"
    ):
        start("", algorithm={"image": "nobody/has-it:1"})


def _processes(home: str) -> list[int]:
    """The worker of this test's state, and its training jobs' runners."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes() + b"\0" + (place / "environ").read_bytes()
        except OSError:
            continue
        if home.encode() in words and b"smtune.local" in words and int(place.name) != os.getpid():
            found.append(int(place.name))
    return found
