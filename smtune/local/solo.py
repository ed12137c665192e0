"""CreateTrainingJob: a training job of nobody's tuning. Here it is the only one of a tuning job that nobody sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.check import bad_data, refusals
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.settings import DELETED, SCRIPTED, Settings
from smtune.local.storage import Storage

Json = Mapping[str, Any]
_SUFFIX = f"@alone{DELETED}"
"""Keeps its folder, and the lock in it, apart from those of a tuning job of the same name."""
_RUN = ("AlgorithmSpecification", "ResourceConfig", "StoppingCondition")
"""What CreateTrainingJob may be called without, but not here."""
_NOT_HERE = {
    "ContainerEntrypoint": "the local engine starts an image's program with `train`",
    "ContainerArguments": "the local engine starts an image's program with `train`",
}


def solo_job(request: Json, now: float, settings: Settings) -> TuningJob:
    """The tuning job that runs one training job."""
    name = request["TrainingJobName"]
    definition = {key: value for key, value in request.items() if key not in ("TrainingJobName", "HyperParameters")}
    definition["StaticHyperParameters"] = request.get("HyperParameters", {})
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    whole = {
        "HyperParameterTuningJobName": f"{name}{_SUFFIX}",
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": limits},
        "TrainingJobDefinition": definition,
        "Tags": request.get("Tags", []),
    }
    return TuningJob(
        f"{name}{_SUFFIX}",
        whole,
        created=now,
        modified=now,
        s3_endpoint=settings.s3_endpoint,
        runner=settings.runner,
        alone=name,
    )


def solo_training(job: TuningJob) -> TrainingJob:
    """Its training job, as it is described at once; the worker starts it."""
    name = str(job.alone)
    known: dict[str, Any] = {"created": job.created, "modified": job.created, "started": job.created}
    return TrainingJob(name, job.name, 1, {}, definition=job.definitions[0].name, tags=job.all_tags, **known)


def check_solo(request: Json, storage: Storage, programs: Mapping[str, str], settings: Settings) -> None:
    """Raise ServiceAnswerError (ValidationException) for a training job that cannot be run here."""
    missing = [member for member in _RUN if member not in request]
    if missing:
        raise ServiceAnswerError("ValidationException", f"The local engine needs {', '.join(missing)}")
    for member, reason in _NOT_HERE.items():
        if member in request["AlgorithmSpecification"]:
            raise ServiceAnswerError("ValidationException", f"{member}: {reason}")
    if settings.runner == SCRIPTED:  # which needs neither data nor a program
        return
    job = solo_job(request, 0.0, settings)
    for message in (*bad_data(job.definitions[0].body, storage), *refusals(job.request, programs, settings.runner)):
        raise ServiceAnswerError("ValidationException", message)
