"""What a tuning job that starts warm knows of its parents: kept with it, as they were when it was created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smtune.local.records import Parent, TrainingJob, TuningJob


def parent_of(request: Mapping[str, Any], job: TuningJob, trainings: Iterable[TrainingJob]) -> Parent:
    """What `request` may know of `job`, one of its parents."""
    tried, best = [], None
    for training in trainings:
        if training.objective is None:
            continue
        static = job.definition_of(training).body.get("StaticHyperParameters", {})
        tried.append(({**static, **training.config}, training.objective))
        if training.status == "Completed" and (best is None or _is_better(job, training, best)):
            best = training
    is_same = request["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm"
    return Parent(job.name, is_same, tuple(tried), None if best is None else best.name)


def _is_better(job: TuningJob, one: TrainingJob, other: TrainingJob) -> bool:
    assert one.objective is not None  # noqa: S101  the caller's
    assert other.objective is not None  # noqa: S101
    return one.objective > other.objective if job.maximize else one.objective < other.objective
