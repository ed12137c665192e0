"""Killed at any moment, worker, server or client: the configurations tried are those of an undisturbed run.

The default run kills a worker a few times; `make thorough` kills each of them thirty times.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cli_jobs import SMTUNE
from local_jobs import Run, training_jobs, wait_for

from smtune.local.session import LocalSession
from smtune.local.settings import Settings

# Long enough to be killed in, short enough to be run again some thirty times.
BRIEF = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
arguments, _ = parser.parse_known_args()
print("score=0", flush=True)
time.sleep(0.15)
print(f"score={1 - (arguments.dose - 0.3) ** 2}", flush=True)
"""
CHANGES = {"limits": {"jobs": 10, "parallel": 2}, "seed": 5}
_KILLS = 30
TERMINAL = ("Completed", "Failed", "Stopped")
pytestmark = pytest.mark.slow


def tried(session: boto3.Session, name: str) -> list[str]:
    """How each training job ended, and what it tried."""
    jobs = training_jobs(session, name)
    return sorted(f"{item['TrainingJobStatus']} {item['TunedHyperParameters']}" for item in jobs)


def worker_of(settings: Settings, name: str) -> int | None:
    """The process that runs the job, if there is one."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode().split("\0") if entry.name.isdecimal() else []
            if "smtune.local.worker" in words and name in words:
                return int(entry.name)
    return None


@pytest.mark.parametrize("kills", [4, pytest.param(30, marks=pytest.mark.thorough)])
def test_a_worker_killed_at_random_moments(submit: Run, session: LocalSession, settings: Settings, kills: int) -> None:
    jobs = {"limits": {"jobs": 10 if kills < 30 else 40, "parallel": 2}, "seed": 5}
    undisturbed, disturbed = submit(BRIEF, changes=jobs), submit(BRIEF, changes=jobs)
    rng, done = random.Random(1), 0  # noqa: S311  chance, no secret
    client: Any = session.client("sagemaker")
    while done < kills:
        time.sleep(rng.uniform(0.0, 0.9))
        status = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=disturbed)
        assert status["HyperParameterTuningJobStatus"] not in TERMINAL, f"it ended after {done} kills: too soon to tell"
        worker = worker_of(settings, disturbed)
        if worker is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
                done += 1
    wait_for(session, disturbed)
    wait_for(session, undisturbed)
    assert tried(session, disturbed) == tried(session, undisturbed)


@contextlib.contextmanager
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The engine behind HTTP, in a process of its own."""
    command = [*SMTUNE, "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    try:
        yield server, server.stdout.readline().strip().partition("=")[2]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.mark.thorough
def test_a_server_killed_at_random_moments(submit: Run, session: LocalSession, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = {"limits": {"jobs": 60, "parallel": 2}, "seed": 5}
    undisturbed, disturbed = submit(BRIEF, changes=jobs), submit(BRIEF, changes=jobs)
    rng = random.Random(2)  # noqa: S311
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for _ in range(_KILLS):
        with served() as (server, url):
            client: Any = boto3.Session("any", "any", region_name="us-east-1").client("sagemaker", endpoint_url=url)
            until = time.monotonic() + rng.uniform(0.0, 0.3)
            while time.monotonic() < until:
                job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=disturbed)
                assert job["HyperParameterTuningJobStatus"] in {"InProgress", "Completed"}
            os.kill(server.pid, signal.SIGKILL)
    wait_for(session, disturbed)
    wait_for(session, undisturbed)
    assert tried(session, disturbed) == tried(session, undisturbed)


CLIENT = """
import sys
from smtune.cli.main import main
sys.exit(main(["launch", "spec.yaml", "--local", "--wait", "-o", "json"]))
"""
SPEC = """
apiVersion: smtune/v1
name: matrix
algorithm: {script: {framework: scikit-learn, version: 1.2-1, entry_point: train.py}}
objective: {maximize: score}
metrics: {score: 'score=(\\S+)'}
hyperparameters: {dose: {min: 0.0, max: 1.0}}
strategy: random
limits: {jobs: 10, parallel: 2}
seed: 5
"""


@pytest.mark.thorough
def test_a_client_killed_at_random_moments(
    submit: Run, session: LocalSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = submit(BRIEF, changes=CHANGES)
    folder = tmp_path / "spec"
    folder.mkdir()
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "train.py").write_text(BRIEF, encoding="utf-8")
    monkeypatch.chdir(folder)
    rng = random.Random(3)  # noqa: S311
    command = [sys.executable, "-c", CLIENT]
    for _ in range(_KILLS):
        client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            client.wait(rng.uniform(0.2, 2.5))
        client.kill()
        client.wait()
    last = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert last.returncode == 0, last.stderr
    listed = session.client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    (launched,) = {item["HyperParameterTuningJobName"] for item in listed} - {undisturbed}
    wait_for(session, undisturbed)
    assert tried(session, launched) == tried(session, undisturbed)
