"""A document that holds a tuning job in somebody's spelling -> the members of the API.

Understood: requests and answers of the AWS CLI, boto3 and SDK V2 (the API's own names), SDK V3 (snake_case),
Terraform (`terraform show -json`, its state, `.tf.json`) and CloudFormation. Names are matched by the service's
own model, so a member needs no table here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.errors import Problem, SpecError, UsageError, dotted
from smtune.service_model import REQUEST, shapes

_TERRAFORM = "aws_sagemaker_hyper_parameter_tuning_job"
_CLOUDFORMATION = "AWS::SageMaker::HyperParameterTuningJob"
_NAME = "HyperParameterTuningJobName"
_COMPUTED = {
    *("arn", "id", "region", "status", "hyper_parameter_tuning_job_status", "failure_reason", "tags_all", "timeouts"),
    *("depends_on", "lifecycle", "provider", "count", "for_each"),
}
# Terraform's shorter words, by the structure they stand in.
_ALIASES: Mapping[str, Mapping[str, str]] = {
    REQUEST: {"name": _NAME, "config": "HyperParameterTuningJobConfig"},
    "HyperParameterTuningJobConfig": {"objective": "HyperParameterTuningJobObjective"},
    "ParentHyperParameterTuningJob": {"name": _NAME},
}


def find_job(document: Any, name: str | None = None, source: str = "request") -> Mapping[str, Any]:
    """The one tuning job in `document` (the one called `name`), with the API's names.

    Members that the model does not know stay as they are. Raises SpecError where there is none or where it is not
    worked out (an expression of a template), UsageError where `name` has to choose.
    """
    written = list(_jobs(document))
    for path in (path for job in written for path in _expressions(job, ())):
        fix = "give the values: of a deployed stack `aws sagemaker describe-...`, of Terraform `terraform show -json`"
        raise SpecError((Problem(0, 0, dotted(path), "an expression, not a value", fix),), source=source)
    jobs = [api_names(found) for found in written]
    chosen = [job for job in jobs if name is None or job.get(_NAME) == name]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(str(job.get(_NAME)) for job in jobs) or "none"
    if not jobs:
        fix = "give a request, a Describe answer, or what `terraform show -json` prints"
        raise SpecError((Problem(0, 0, "", "there is no tuning job in it", fix),), source=source)
    message = f"name one of its tuning jobs with --job: {names}"
    raise UsageError(message)


def _jobs(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping that describes a tuning job, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from _jobs(item)
    elif isinstance(value, Mapping):
        inner = _unwrapped(value)
        if inner is not None:
            yield inner
        elif value.get("type") == _TERRAFORM and isinstance(value.get("instances"), list):
            yield from (_own(item["attributes"]) for item in value["instances"] if _has_attributes(item))
        else:
            for key, item in value.items():
                # `terraform show -json` of a plan repeats every resource under these.
                if key not in {"prior_state", "resource_changes", "configuration"}:
                    yield from _terraform_blocks(item) if key == _TERRAFORM else _jobs(item)


def _unwrapped(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for kind, place in (("type", "values"), ("Type", "Properties")):
        if value.get(kind) in (_TERRAFORM, _CLOUDFORMATION) and isinstance(value.get(place), Mapping):
            return _own(value[place])
    names = {_plain(key) for key in value}
    return value if _plain(_NAME) in names and _plain("HyperParameterTuningJobConfig") in names else None


def _terraform_blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    """The blocks of `.tf.json`: each resource's name maps to its block, or to a list of one."""
    for block in value.values() if isinstance(value, Mapping) else ():
        yield from (_own(item) for item in (block if isinstance(block, list) else [block]) if isinstance(item, Mapping))


def _has_attributes(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("attributes"), Mapping)


def _own(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what Terraform itself adds to a resource."""
    return {key: value for key, value in attributes.items() if key not in _COMPUTED}


def _expressions(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Where a template says how to get a value instead of the value."""
    if isinstance(value, Mapping):
        if len(value) == 1 and str(next(iter(value))).startswith(("Fn::", "Ref")):
            yield path
        for key, item in value.items():
            yield from _expressions(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, (*path, index))


def api_names(value: Mapping[str, Any]) -> dict[str, Any]:
    """`value` with the API's names for what the model knows, whatever their spelling."""
    renamed: dict[str, Any] = _structure(REQUEST, value)
    return renamed


def _convert(shape_name: str, value: Any) -> Any:
    shape = shapes()[shape_name]
    match shape["type"], value:
        case "structure", [Mapping() as only]:  # a Terraform block
            return _structure(shape_name, only)
        case "structure", Mapping():
            return _structure(shape_name, value)
        case "list", Mapping() if shape_name == "TagList":
            return [{"Key": key, "Value": item} for key, item in value.items()]
        case "list", list() | tuple():
            return [_convert(shape["member"]["shape"], item) for item in value]
        case _:
            return value


def _structure(shape_name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    members = shapes()[shape_name]["members"]
    known = {_plain(name): name for name in members} | dict(_ALIASES.get(shape_name, {}))
    result = {}
    for key, item in value.items():
        name = key if key in members else known.get(_plain(key), key)
        result[name] = _convert(members[name]["shape"], item) if name in members else item
    return {key: item for key, item in result.items() if item is not None}


def _plain(name: object) -> str:
    return str(name).replace("_", "").lower()
