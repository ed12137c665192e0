"""A local session and jobs that take a second: scripts of a few lines, and how to wait for them. A pytest plugin."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from smtune.data.prepare import prepare
from smtune.execute import launch
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.plan import plan
from smtune.spec import TuningSpec

# Read by pytest, in this order: conftest.py names this file, and this file the plugins that stand on it.
pytest_plugins = ["aws_account", "aws_cli", "either_peer", "front", "peers", "served", "upload_places", "containers"]
WAIT_SECONDS = 120.0
Run = Callable[..., str]

# A quadratic with its best value, 1, at dose 0.3; prints a curve of three points.
GOOD = """
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
parser.add_argument("--rounds", type=int, default=1)
arguments = parser.parse_args()
for step in range(3):
    print(f"score={1 - (arguments.dose - 0.3) ** 2 - 0.1 * (2 - step):.6f}")
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").write(str(arguments.dose))
"""


@pytest.fixture
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture
def session(settings: Settings) -> LocalSession:
    return LocalSession(settings)


@pytest.fixture
def client(session: LocalSession) -> Any:
    return session.client("sagemaker")


@pytest.fixture
def submit(tmp_path: Path) -> Run:
    """Launch a tuning job of a script's text, with the settings of the moment; returns its name."""

    def submit(script: str = GOOD, *, changes: Mapping[str, Any] | None = None) -> str:
        session = LocalSession(Settings.from_environment())
        folder = tmp_path / "code"
        folder.mkdir(exist_ok=True)
        (folder / "train.py").write_text(script, encoding="utf-8")
        workspace = tmp_path / f"workspace-{time.monotonic_ns()}"
        workspace.mkdir()
        spec = script_spec(**(changes or {}))
        return launch(session, plan(spec, prepare(spec, folder, workspace))).name

    return submit


def script_spec(**changes: Any) -> TuningSpec:
    fields = {
        "name": "toy",
        "algorithm": {"script": {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py"}},
        "objective": {"maximize": "score"},
        "metrics": {"score": r"score=(\S+)"},
        "hyperparameters": {"rounds": 3, "dose": {"min": 0.0, "max": 1.0}},
        "strategy": "random",
        "limits": {"jobs": 3, "parallel": 2},
        "seed": 7,
    }
    return TuningSpec.model_validate({**fields, **changes})


def wait_for(session: boto3.Session, name: str, *statuses: str) -> dict[str, Any]:
    """Describe the job until its status is among `statuses` (any that is final, without)."""
    wanted = statuses or ("Completed", "Failed", "Stopped")
    client: Any = session.client("sagemaker")
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if job["HyperParameterTuningJobStatus"] in wanted:
            return dict(job)
        time.sleep(0.1)
    message = f"{name} is {job['HyperParameterTuningJobStatus']} after {WAIT_SECONDS} s"
    raise AssertionError(message)


def training_jobs(session: boto3.Session, name: str) -> list[dict[str, Any]]:
    """All summaries, by number."""
    pages = (
        session.client("sagemaker")
        .get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        .paginate(HyperParameterTuningJobName=name, SortBy="Name", SortOrder="Ascending")
    )
    return [dict(item) for page in pages for item in page["TrainingJobSummaries"]]
