"""The training job definitions of a tuning job: one, or one for each algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def definitions(job: Json) -> tuple[Json, ...]:
    """Those of a CreateHyperParameterTuningJob request or a description of a job, in its order; often one."""
    one = job.get("TrainingJobDefinition")
    return (*(() if one is None else (one,)), *job.get("TrainingJobDefinitions", ()))
