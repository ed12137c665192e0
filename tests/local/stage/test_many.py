"""A tuning job half as large as the service lets one be: 5,000 training jobs, played."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec

from smtune.request import to_request
from smtune.testing import LocalService

MOST, PART, PARALLEL = 5_000, 500, 10
SECONDS = 60.0


def request() -> dict[str, Any]:
    spec = script_spec(name="many", limits={"jobs": MOST, "parallel": PARALLEL}, early_stopping="auto")
    return {**to_request(spec), "HyperParameterTuningJobName": "many"}


def used(process: Path) -> float:
    """Megabytes of memory that this process holds."""
    pages = int(process.joinpath("statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


@pytest.mark.thorough
def test_the_last_of_five_thousand_training_jobs_costs_what_the_first_did(tmp_path: Path) -> None:
    with LocalService(tmp_path) as service:
        service.script(seconds=SECONDS, curve=lambda given: [1 - (given["dose"] - 0.3) ** 2] * 3)
        client: Any = service.session.client("sagemaker")
        client.create_hyper_parameter_tuning_job(**request())
        seconds, memory = [], used(Path("/proc/self"))
        for _ in range(MOST // PART):
            began = time.process_time()
            service.advance(SECONDS * PART / PARALLEL)
            seconds.append(time.process_time() - began)
        service.finish()
        memory = used(Path("/proc/self")) - memory
        described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="many")
        pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
            HyperParameterTuningJobName="many", MaxResults=100
        )
        doses = {item["TunedHyperParameters"]["dose"] for page in pages for item in page["TrainingJobSummaries"]}

    assert described["HyperParameterTuningJobStatus"] == "Completed"
    counters = described["TrainingJobStatusCounters"]
    assert counters["Completed"] + counters["Stopped"] == len(doses) == MOST
    assert counters["Stopped"] > 0
    assert sum(seconds[-3:]) < 2 * sum(seconds[:3]), "it took longer the more there were"
    assert memory < 200.0
