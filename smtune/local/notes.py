"""What the local engine does otherwise than the service for a request: said before it runs, never dropped silently."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import distributions, version
from importlib.util import find_spec
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.local.program import SCRIPT_PROGRAM
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings

_PLACEMENT: Mapping[str, str] = {
    "VpcConfig": "the VPC",
    "CheckpointConfig": "checkpoints on S3",
    "RetryStrategy": "retries",
    "EnableInterContainerTrafficEncryption": "traffic encryption",
    "EnableManagedSpotTraining": "spot instances",
    "HyperParameterTuningResourceConfig": "flexible instances",
}


def notes(request: Mapping[str, Any]) -> tuple[str, ...]:
    """One sentence each."""
    config, definition = request["HyperParameterTuningJobConfig"], request.get("TrainingJobDefinition", {})
    resources = definition.get("ResourceConfig", {})
    found = [f"training jobs run on this machine, not on {resources.get('InstanceType', 'the instances asked for')}"]
    if resources.get("InstanceCount", 1) > 1:
        found.append(f"one host instead of {resources['InstanceCount']}")
    ignored = [words for field, words in _PLACEMENT.items() if definition.get(field)]
    if ignored:
        found.append(f"not used here: {', '.join(ignored)}")
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        found.append("training jobs are not stopped early here: each one runs to its end")
    if "TuningJobCompletionCriteria" in config:
        found.append("completion criteria are not applied here: the tuning job ends at its limits")
    found += _other_versions(definition)
    if SCRIPT_PROGRAM in definition.get("StaticHyperParameters", {}):
        found.append("the script runs in this Python with the packages installed here, not in the framework's image")
    if config.get("Strategy") == "Bayesian" and find_spec("torch") is None:
        found.append("Bayesian search is Optuna's TPE; with torch (pip install 'smtune[gp]') it is a Gaussian process")
    if find_bubblewrap() is None or not Settings.from_environment().sandbox:
        if definition.get("EnableNetworkIsolation"):
            found.append("network isolation is not enforced here: it takes bubblewrap")
        found.append("no bubblewrap here: training jobs share this machine's files and find theirs through SM_* only")
    return tuple(found)


def _other_versions(definition: Mapping[str, Any]) -> list[str]:
    """The built-in algorithm's image has one version of the library, this machine another."""
    parsed = parse_image(definition.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    if parsed is None or parsed[0].name != "xgboost" or find_spec("xgboost") is None:
        return []
    here = next((version(name) for name in ("xgboost-cpu", "xgboost") if _is_installed(name)), "?")
    return [f"the built-in XGBoost runs on xgboost {here}, the image is {parsed[1]}: newer defaults, so other numbers"]


def _is_installed(distribution: str) -> bool:
    return bool(list(distributions(name=distribution)))
