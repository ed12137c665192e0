"""What the service says about a tuning job -> the request that would make the same one again.

DescribeHyperParameterTuningJob answers with more than was asked for: states, counters, what the service filled in,
what it does not take back. Sources: the API model; the normalisation in Terraform's AWS provider; AWS's SDK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.errors import SpecError
from smtune.request.patch import apply_patch
from smtune.request.read import from_request, malformed
from smtune.request.site import Site
from smtune.request.write import PROGRAM, RESOURCES, SHARED_RESOURCES
from smtune.service_model import REQUEST, shapes
from smtune.spec import TuningSpec

Json = dict[str, Any]
_ANSWER = "DescribeHyperParameterTuningJobResponse"
_MAY_BE_EMPTY = ("StoppingCondition", "DataSource")  # a request needs them, if only empty
_READ_ONLY = ("SelectedInstanceType", "SelectedInstanceCount")
_ADDED = "the service adds it"


@dataclass(frozen=True)
class Normalized:
    """A request, and what was left out to get it."""

    request: Mapping[str, Any]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What: why."""


def from_description(
    description: Mapping[str, Any], tags: Iterable[Mapping[str, str]] = (), site: Site | None = None
) -> TuningSpec:
    """The spec of the tuning job that `description` (DescribeHyperParameterTuningJob) and `tags` (ListTags) tell of.

    Raises SpecError for what is no such description. `normalize` says what it leaves out.
    """
    return from_request(normalize(description, tags).request, site)


def normalize(description: Mapping[str, Any], tags: Iterable[Mapping[str, str]] = ()) -> Normalized:
    """The members of `description` that a request has, without what only the service can say.

    Members that the service model does not know stay. Raises SpecError for what has not the form of a request.
    """
    left_out: dict[str, str] = {}
    if not isinstance(description, Mapping):
        raise SpecError(tuple(malformed(description)), source="description")
    answered = set(shapes()[_ANSWER]["members"]) - set(shapes()[REQUEST]["members"])
    request: Json = _without_empty({key: value for key, value in description.items() if key not in answered})
    problems = tuple(malformed(request))
    if problems:
        raise SpecError(problems, source="request")
    all_tags = [*request.get("Tags", ()), *tags]
    own = [tag for tag in all_tags if not str(tag.get("Key", "")).startswith("aws:")]
    left_out |= {f"tag {tag['Key']}": "AWS sets it" for tag in all_tags if tag not in own}
    if own:
        request["Tags"] = own
    elif "Tags" in request:
        del request["Tags"]
    if isinstance(request.get("TrainingJobDefinition"), dict):
        request["TrainingJobDefinition"] = _definition(request["TrainingJobDefinition"], left_out)
    if isinstance(request.get("TrainingJobDefinitions"), list):
        request["TrainingJobDefinitions"] = [_definition(item, left_out) for item in request["TrainingJobDefinitions"]]
    return Normalized(request, left_out)


def _without_empty(value: Any) -> Any:
    """Without nulls, empty lists, empty structures and empty texts: how answers and SDKs spell `not said`."""
    if isinstance(value, Mapping):
        items = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if not _is_nothing(key, item)}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _is_nothing(key: str, value: Any) -> bool:
    # Hyperparameters, variables and tags may be empty texts; the members that SDKs send as "" are ids of keys.
    empty = value == [] or (value == {} and key not in _MAY_BE_EMPTY)
    return value is None or empty or (value == "" and key.endswith("KmsKeyId"))


def _definition(definition: Any, left_out: dict[str, str]) -> Any:
    if not isinstance(definition, Mapping):
        return definition
    changes: Json = {}
    injected = [name for name in definition.get("StaticHyperParameters", {}) if name.startswith("_")]
    if injected:
        changes["StaticHyperParameters"] = dict.fromkeys(injected)
        left_out |= {f"hyperparameter {name}": _ADDED for name in injected}
    specification = definition.get("AlgorithmSpecification", {})
    is_script = PROGRAM in definition.get("StaticHyperParameters", {})
    if "MetricDefinitions" in specification and not is_script and _has_own_metrics(specification):
        changes["AlgorithmSpecification"] = {"MetricDefinitions": None}
        left_out["MetricDefinitions"] = "the algorithm has its own"
    resources = definition.get(RESOURCES, {})
    selected = [member for member in _READ_ONLY if member in resources]
    if selected:
        changes[RESOURCES] = dict.fromkeys(selected)
        left_out |= {f"{RESOURCES}.{member}": "it says what the service chose" for member in selected}
    twice = _said_twice(resources, definition.get(SHARED_RESOURCES, {}))
    if twice:
        changes[twice] = None
        left_out[twice] = "the other of the two says the same"
    return _without_empty(apply_patch(definition, changes))


def _has_own_metrics(specification: Mapping[str, Any]) -> bool:
    parsed = parse_image(specification.get("TrainingImage", ""))
    return "AlgorithmName" in specification or (parsed is not None and parsed[0].kind == "builtin")


def _said_twice(resources: Mapping[str, Any], shared: Mapping[str, Any]) -> str | None:
    """Which of the two resource structures adds nothing to the other: a request has only one."""
    if not resources or not shared:
        return None
    if all(resources.get(key) == value for key, value in shared.items()):
        return SHARED_RESOURCES
    return RESOURCES if all(shared.get(key) == value for key, value in resources.items()) else None
