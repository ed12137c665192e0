"""A stored training job -> the TrialPlan that runs it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.algorithms import xgboost
from smtune.algorithms.images import parse_image
from smtune.local.contract import Contract, available_cpus
from smtune.local.objects import list_objects, object_path, parse_uri
from smtune.local.program import find_program
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.settings import Settings
from smtune.local.trial import TrialPlan
from smtune.metrics import Scraper

OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
DEFAULT_RUNTIME_SECONDS = 86_400


@dataclass(frozen=True)
class Workshop:
    """What every training job of a tuning job shares here."""

    settings: Settings
    programs: Mapping[str, str]
    bubblewrap: str | None
    parallel: int


def plan_trial(workshop: Workshop, job: TuningJob, training: TrainingJob) -> TrialPlan:
    """Everything needed to run `training`; raises NoProgramError, ObjectKeyError, OSError."""
    definition, settings = job.definition, workshop.settings
    program = find_program(definition, workshop.programs)
    folder = settings.training_folder(job.name, training.name)
    channels = {channel["ChannelName"]: channel for channel in definition.get("InputDataConfig", ())}
    contract = Contract(
        job_name=training.name,
        hyperparameters=all_hyperparameters(job, training),
        channels=channels,
        instance_type=definition.get("ResourceConfig", {}).get("InstanceType", "local"),
        cpus=max(1, available_cpus() // workshop.parallel),
        entry_point=program.entry_point,
    )
    return TrialPlan(
        contract=contract,
        program=program,
        data={name: _channel_folder(settings.objects, channel, folder) for name, channel in channels.items()},
        archive=None if program.archive is None else object_path(settings.objects, *parse_uri(program.archive)),
        environment=dict(definition.get("Environment", {})),
        folder=folder,
        scraper=Scraper(metric_definitions(definition)),
        bubblewrap=workshop.bubblewrap,
        network=not definition.get("EnableNetworkIsolation", False),
        time_limit=definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS),
        stop_grace=settings.stop_grace,
    )


def all_hyperparameters(job: TuningJob, training: TrainingJob) -> dict[str, str]:
    """Static, tuned, and the one the service adds."""
    static = job.definition.get("StaticHyperParameters", {})
    return {**static, **training.config, OBJECTIVE_HYPERPARAMETER: job.objective[0]}


def metric_definitions(definition: Mapping[str, Any]) -> list[dict[str, str]]:
    """The request's, or the built-in algorithm's own, which the service fills in."""
    algorithm = definition["AlgorithmSpecification"]
    parsed = parse_image(algorithm.get("TrainingImage", ""))
    if "MetricDefinitions" not in algorithm and parsed is not None and parsed[0].name == "xgboost":
        return [dict(item) for item in xgboost.metric_definitions()]
    return [dict(item) for item in algorithm.get("MetricDefinitions", ())]


def has_objects(objects: Path, uri: str) -> bool:
    """Whether any object here lies under an S3 prefix."""
    return next(iter(list_objects(objects, *parse_uri(uri))), None) is not None


def _channel_folder(objects: Path, channel: Mapping[str, Any], folder: Path) -> Path:
    """The folder of a channel: the prefix itself if it is one, else its objects gathered in a folder of their own."""
    bucket, key = parse_uri(channel["DataSource"]["S3DataSource"]["S3Uri"])
    path = object_path(objects, bucket, key)
    if path.is_dir():
        return path
    gathered: Path = folder / "channels" / channel["ChannelName"]
    gathered.mkdir(parents=True, exist_ok=True)
    common = len(key.rpartition("/")[0]) + 1 if "/" in key else 0
    for name, file in list_objects(objects, bucket, key):
        target = gathered / name[common:]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return gathered
