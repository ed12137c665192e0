"""smtune why: for people and as JSON."""

from __future__ import annotations

import json

from cli_jobs import inside
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings


def test_failures_are_told_by_cause_with_region_and_fix(settings: Settings) -> None:
    out = [
        Ran((), "Failed", {"dose": f"0.{80 + n}"}, "AlgorithmError: , exit code: 137", ["epoch 1"]) for n in range(8)
    ]
    good = [Ran((0.5,), config={"dose": f"0.{10 + n}"}) for n in range(14)]
    record_job(settings, "toy", [*out, *good])
    done = inside("why", "toy")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "toy: Completed, 8 of 22 training jobs failed"
    assert "8 x out of memory" in lines
    assert "  where  dose >= 0.4: 8 of 8 failed; 0 of 14 below" in lines
    assert "  try    --set hyperparameters.dose.max=0.23" in lines
    assert "         --set compute.instance=ml.m5.xlarge" in lines

    report = json.loads(inside("why", "toy", "-o", "json").stdout)
    assert report["training_jobs"] == {"over": 22, "succeeded": 14, "failed": 8}
    (group,) = report["groups"]
    assert (group["cause"], group["count"]) == ("memory", 8)
    assert group["region"]["comparison"] == ">="
    assert group["settings"][1] == "compute.instance=ml.m5.xlarge"


def test_nothing_failed_is_an_answer_too(settings: Settings) -> None:
    record_job(settings, "toy", [Ran()])
    done = inside("why", "toy")
    assert (done.returncode, done.stdout) == (0, "toy: Completed, none of 1 training jobs failed\n")
    record_job(settings, "none", [])
    assert inside("why", "none").stdout == "none: Completed, no training job has ended\n"
    assert json.loads(inside("why", "toy", "-o", "json").stdout)["groups"] == []


def test_an_unknown_job_is_the_services_error() -> None:
    assert inside("why", "nobody", "--local").returncode == 254
