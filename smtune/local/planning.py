"""A stored training job -> the TrialPlan that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.algorithms import xgboost
from smtune.algorithms.images import parse_image
from smtune.algorithms.quality_metrics import quality_definitions
from smtune.local.container.image import find_image
from smtune.local.contract import Contract, available_cpus
from smtune.local.program import find_program
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.resource import resource_name
from smtune.local.settings import Settings
from smtune.local.storage import Storage
from smtune.local.trial import TrialPlan
from smtune.metrics import Scraper

OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
DEFAULT_RUNTIME_SECONDS = 86_400
CHANNELS = "channels"
"""Below a training job's folder: data that lies nowhere else on this machine."""


@dataclass(frozen=True)
class Workshop:
    """What every training job of a tuning job shares here."""

    settings: Settings
    storage: Storage
    programs: Mapping[str, str]
    bubblewrap: str | None
    parallel: int


def plan_trial(workshop: Workshop, job: TuningJob, training: TrainingJob) -> TrialPlan:
    """Everything needed to run `training`; raises NoProgramError, ObjectKeyError, OSError."""
    definition, settings = job.definition_of(training).body, workshop.settings
    in_container = job.runner == "container"
    program = find_image(definition) if in_container else find_program(definition, workshop.programs)
    folder = settings.training_folder(job.name, training.name)
    inputs = {channel["ChannelName"]: channel for channel in definition.get("InputDataConfig", ())}
    channels = {name: channel for name, channel in inputs.items() if name not in program.unused}
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
        data={name: workshop.storage.folder(_uri(item), folder / CHANNELS / name) for name, item in channels.items()},
        archive=None if program.archive is None else workshop.storage.file(program.archive, folder / "source.tar.gz"),
        environment=dict(definition.get("Environment", {})),
        folder=folder,
        scraper=Scraper(metric_definitions(definition)),
        bubblewrap=workshop.bubblewrap,
        network=not definition.get("EnableNetworkIsolation", False),
        time_limit=definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS),
        stop_grace=settings.stop_grace,
        memory=settings.memory,
        image=definition["AlgorithmSpecification"]["TrainingImage"] if in_container else None,
    )


def all_hyperparameters(job: TuningJob, training: TrainingJob) -> dict[str, str]:
    """Static, tuned, and the one the service adds; with Hyperband's resource, where that is a hyperparameter."""
    definition = job.definition_of(training)
    name = resource_name(definition)
    resource = {} if training.resource is None or name is None else {name: str(training.resource)}
    static = {**definition.body.get("StaticHyperParameters", {}), **resource}
    added = {} if definition.objective is None else {OBJECTIVE_HYPERPARAMETER: definition.objective}
    return {**static, **training.config, **added}


def metric_definitions(definition: Mapping[str, Any]) -> list[dict[str, str]]:
    """The request's, or the built-in algorithm's own, which the service fills in."""
    algorithm = definition["AlgorithmSpecification"]
    parsed = parse_image(algorithm.get("TrainingImage", ""))
    if "MetricDefinitions" not in algorithm and parsed is not None:
        name = parsed[0].name
        return xgboost.metric_definitions() if name == "xgboost" else quality_definitions(name)
    return [dict(item) for item in algorithm.get("MetricDefinitions", ())]


def _uri(channel: Mapping[str, Any]) -> str:
    uri: str = channel["DataSource"]["S3DataSource"]["S3Uri"]
    return uri
