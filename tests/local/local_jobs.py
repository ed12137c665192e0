"""Jobs that take a second: scripts of a few lines, and how to wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3

from smtune.spec import TuningSpec

WAIT_SECONDS = 60.0
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
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        job: Any = session.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
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
