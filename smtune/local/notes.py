"""What the local engine does otherwise than the service for a request: said before it runs, never dropped silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import distributions, version
from importlib.util import find_spec
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.definitions import definitions
from smtune.local.differences import differences
from smtune.local.program import SCRIPT_PROGRAM
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings

_PLACEMENT: Mapping[str, str] = {
    "VpcConfig": "the VPC",
    "CheckpointConfig": "checkpoints on S3",
    "EnableInterContainerTrafficEncryption": "traffic encryption",
    "EnableManagedSpotTraining": "spot instances",
    "HyperParameterTuningResourceConfig": "flexible instances",
}


def notes(request: Mapping[str, Any], runner: str | None = None) -> tuple[str, ...]:
    """One sentence each, for what runs the training jobs: by default, what the environment says."""
    several = definitions(request)
    in_containers = (runner or Settings.from_environment().runner) == "container"
    found = [note for each in several for note in _of_definition(each, _objective(request, each), in_containers)]
    found += _unpublished(request)
    if not in_containers and (find_bubblewrap() is None or not Settings.from_environment().sandbox):
        if any(definition.get("EnableNetworkIsolation") for definition in several):
            found.append("network isolation is not enforced here: it takes bubblewrap")
        found.append("no bubblewrap here: training jobs share this machine's files and find theirs through SM_* only")
    return tuple(dict.fromkeys(found))


def _of_definition(definition: Mapping[str, Any], objective: str, in_containers: bool) -> Iterator[str]:
    resources = definition.get("ResourceConfig", {})
    yield f"training jobs run on this machine, not on {resources.get('InstanceType', 'the instances asked for')}"
    if resources.get("InstanceCount", 1) > 1:
        yield f"one host instead of {resources['InstanceCount']}"
    ignored = [words for field, words in _PLACEMENT.items() if definition.get(field)]
    if ignored:
        yield f"not used here: {', '.join(ignored)}"
    if in_containers:
        yield "training jobs run in containers of their own images, through the SageMaker SDK's local mode"
        return
    yield from _other_versions(definition)
    yield from differences(definition, objective)
    if SCRIPT_PROGRAM in definition.get("StaticHyperParameters", {}):
        yield "the script runs in this Python with the packages installed here, not in the framework's image"


def _objective(request: Mapping[str, Any], definition: Mapping[str, Any]) -> str:
    config = request["HyperParameterTuningJobConfig"]
    given = definition.get("TuningObjective") or config.get("HyperParameterTuningJobObjective", {})
    return str(given.get("MetricName", ""))


def _unpublished(request: Mapping[str, Any]) -> Iterator[str]:
    """Where AWS does not say how it decides."""
    config = request["HyperParameterTuningJobConfig"]
    criteria = config.get("TuningJobCompletionCriteria", {})
    if criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled" or "Autotune" in request:
        yield "AWS does not publish its convergence: here, half of the training jobs, 20 at least, without improvement"
    if "Autotune" in request:
        yield "AWS does not publish what Autotune chooses: here, recommended ranges, or a range around the hint"
    if config["Strategy"] == "Hyperband":
        yield "AWS does not publish Hyperband's factor: here, the best third goes on from each rung"


def _other_versions(definition: Mapping[str, Any]) -> list[str]:
    """The built-in algorithm's image has one version of the library, this machine another."""
    parsed = parse_image(definition.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    if parsed is None or parsed[0].name != "xgboost" or find_spec("xgboost") is None:
        return []
    here = next((version(name) for name in ("xgboost-cpu", "xgboost") if _is_installed(name)), "?")
    return [f"the built-in XGBoost runs on xgboost {here}, the image is {parsed[1]}: newer defaults, so other numbers"]


def _is_installed(distribution: str) -> bool:
    return bool(list(distributions(name=distribution)))
