"""A training job of a tuning job -> the CreateTrainingJob request that trains it once more. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from smtune.errors import UsageError
from smtune.results.record import OBJECTIVE
from smtune.service_model import shapes

Json = Mapping[str, Any]
_REQUEST = "CreateTrainingJobRequest"
_LONGEST = 63
_READ_ONLY = ("SelectedInstanceType", "SelectedInstanceCount")
_OTHERS_TAGS = ("aws:", "smtune:local:")
"""Tags that the service and the local engine set themselves."""
_NAME = re.compile(r"(.+)-([a-z])\d{2,}-[0-9a-f]{10}")
_MAY_BE_EMPTY = ("HyperParameters", "Environment", "StoppingCondition", "DataSource")


def request_of(original: Json, definition: Json, tags: Iterable[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Everything that was asked of the training job `original` (DescribeTrainingJob's answer), but its name.

    `definition` is its tuning job's, as a request has it; it says what an answer leaves out. Where it names no metrics,
    the algorithm has its own, and the service takes no others. _tuning_objective_metric stays: built-in algorithms
    print that metric because of it, and toolkits choose folders by it. What the service alone says is left out.
    """
    members = shapes()[_REQUEST]["members"]
    asked = {**definition, **_without_nothing(original)}
    request = {key: value for key, value in asked.items() if key in members}
    request.pop("TrainingJobName", None)
    specification = dict(request.get("AlgorithmSpecification", {}))
    if "MetricDefinitions" not in definition.get("AlgorithmSpecification", {}):
        specification.pop("MetricDefinitions", None)
    if "AlgorithmName" in specification:
        specification.pop("TrainingImage", None)
    request["AlgorithmSpecification"] = _without_nothing(specification)
    for member in ("ResourceConfig", "OutputDataConfig"):
        if member in request:
            asked = {key: value for key, value in request[member].items() if key not in _READ_ONLY}
            request[member] = _without_nothing(asked)
    own = [dict(tag) for tag in tags if not tag["Key"].startswith(_OTHERS_TAGS)]
    return {**request, **({"Tags": own} if own else {})}


def original_of(definition: Json, name: str, tuned: Mapping[str, str], objective: str) -> dict[str, Any]:
    """What DescribeTrainingJob would say of a training job whose record was deleted, as far as the tuning job knows.

    Raises UsageError where its definition leaves the instances to the service.
    """
    if "ResourceConfig" not in definition:
        message = f"the record of {name} was deleted, and its tuning job does not say which instances it had"
        raise UsageError(message)
    values = {**definition.get("StaticHyperParameters", {}), **tuned, OBJECTIVE: objective}
    return {**definition, "TrainingJobName": name, "HyperParameters": values}


def repeat_name(mark: str, original: str, number: int, key: object) -> str:
    """The name of a repeat: it stands for the original, the number and everything in `key` (as JSON).

    `mark`: the letter of what it is trained for. At most 63 characters, as the service takes.
    """
    suffix = f"-{mark}{number:02d}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:10]}"
    return original[: _LONGEST - len(suffix)].rstrip("-") + suffix


def repeated(mark: str, name: str, originals: Iterable[str]) -> bool:
    """Whether `name` is that of a repeat with this mark of one of these training jobs."""
    found = _NAME.fullmatch(name)
    return found is not None and found[2] == mark and any(original.startswith(found[1]) for original in originals)


def repeat_request(base: Json, name: str, seed: tuple[str, int] | None) -> dict[str, Any]:
    """`base`, as `request_of` gives it, under a name, with a seed (its hyperparameter and value) and with a place of
    its own for checkpoints: else it would go on where the original ended.
    """
    request = {**base, "TrainingJobName": name}
    if seed is not None:
        request["HyperParameters"] = {**base.get("HyperParameters", {}), seed[0]: str(seed[1])}
    checkpoints = base.get("CheckpointConfig")
    if checkpoints:
        request["CheckpointConfig"] = {**checkpoints, "S3Uri": f"{checkpoints['S3Uri'].rstrip('/')}/{name}"}
    return request


def _without_nothing(value: Json) -> dict[str, Any]:
    return {key: item for key, item in value.items() if not _is_nothing(key, item)}


def _is_nothing(key: str, value: Any) -> bool:
    # Where no key was named, answers have an empty id.
    is_empty = (value in ([], {}) and key not in _MAY_BE_EMPTY) or (value == "" and key.endswith("KmsKeyId"))
    return value is None or is_empty
