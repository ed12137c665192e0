"""A CreateHyperParameterTuningJob request, whoever wrote it -> TuningSpec.

What a friendly key says exactly becomes that key; everything else stays in `raw`, computed as the difference
between the request and what the friendly keys give. So nothing can be lost, by construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from smtune.algorithms.images import image_uri, parse_image
from smtune.errors import Problem, SpecError
from smtune.request.patch import make_patch
from smtune.request.site import DEFAULT_REGION
from smtune.request.write import EARLY_STOPPING, SCALES, STRATEGIES, to_request
from smtune.spec import TuningSpec
from smtune.spec.ranges import decode

Json = Mapping[str, Any]


def from_request(request: Json) -> TuningSpec:
    """The spec whose request at the default site is exactly `request`; raises SpecError for what is no such request."""
    if "TrainingJobDefinition" not in request or "HyperParameterTuningJobName" not in request:
        problem = Problem(
            0, 0, "", "not a request with one TrainingJobDefinition", "give CreateHyperParameterTuningJob's"
        )
        raise SpecError((problem,), source="request")
    data = _friendly(request)
    try:
        spec = TuningSpec.model_validate(data)
    except ValidationError as error:
        problems = tuple(
            Problem(
                0,
                0,
                ".".join(str(part) for part in item["loc"] if not str(part).startswith("@")),
                item["msg"],
            )
            for item in error.errors(include_url=False)
        )
        raise SpecError(problems, source="request") from None
    raw = make_patch(to_request(spec), request)
    return TuningSpec.model_validate({**data, "raw": raw}) if raw else spec


def _friendly(request: Json) -> dict[str, Any]:
    config: Json = request.get("HyperParameterTuningJobConfig", {})
    definition: Json = request["TrainingJobDefinition"]
    limits: Json = config.get("ResourceLimits", {})
    objective: Json = config.get("HyperParameterTuningJobObjective", {})
    algorithm: Json = definition.get("AlgorithmSpecification", {})
    data: dict[str, Any] = {
        "name": request["HyperParameterTuningJobName"],
        "algorithm": _algorithm(algorithm),
        "objective": {str(objective.get("Type", "Maximize")).lower(): objective.get("MetricName", "")},
        "hyperparameters": _hyperparameters(config.get("ParameterRanges", {}), definition),
        "metrics": {item["Name"]: item["Regex"] for item in algorithm.get("MetricDefinitions", ())},
        "strategy": _named(STRATEGIES, config.get("Strategy")),
        "early_stopping": _named(EARLY_STOPPING, config.get("TrainingJobEarlyStoppingType")),
        "limits": {
            "jobs": limits.get("MaxNumberOfTrainingJobs"),
            "parallel": limits.get("MaxParallelTrainingJobs"),
            "runtime_seconds": limits.get("MaxRuntimeInSeconds"),
        },
        "seed": config.get("RandomSeed"),
        "compute": _compute(definition),
        "environment": dict(definition.get("Environment", {})),
        "data": _channels(definition.get("InputDataConfig", ())),
        "role": definition.get("RoleArn"),
        "output": definition.get("OutputDataConfig", {}).get("S3OutputPath"),
        "tags": {item["Key"]: item["Value"] for item in request.get("Tags", ())},
    }
    return {key: value for key, value in _without_none(data).items() if value != {}} | {
        "hyperparameters": data["hyperparameters"]
    }


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value


def _named(names: Mapping[str, str], value: str | None) -> str | None:
    return next((name for name, api in names.items() if api == value), None)


def _algorithm(specification: Json) -> dict[str, Any]:
    mode = specification.get("TrainingInputMode")
    if "TrainingImage" not in specification:
        return {"arn": specification.get("AlgorithmName", ""), "input_mode": mode}
    image = specification["TrainingImage"]
    parsed = parse_image(image)
    if parsed and parsed[0].kind == "builtin" and mode == "File":
        family, version = parsed
        if image == image_uri(family.name, version, region=DEFAULT_REGION):
            return {"builtin": family.name, "version": version}
    return {"image": image, "input_mode": mode}


def _hyperparameters(ranges: Json, definition: Json) -> dict[str, Any]:
    result: dict[str, Any] = {name: decode(text) for name, text in definition.get("StaticHyperParameters", {}).items()}
    for key, number in (("ContinuousParameterRanges", float), ("IntegerParameterRanges", int)):
        for item in ranges.get(key, ()):
            scale = _named(SCALES, item.get("ScalingType"))
            bounds = {"min": number(item["MinValue"]), "max": number(item["MaxValue"])}
            result[item["Name"]] = bounds | ({"scale": scale} if scale else {})
    for item in ranges.get("CategoricalParameterRanges", ()):
        result[item["Name"]] = {"values": [decode(text) for text in item["Values"]]}
    return result


def _compute(definition: Json) -> dict[str, Any]:
    resources: Json = definition.get("ResourceConfig", {})
    stopping: Json = definition.get("StoppingCondition", {})
    return {
        "instance": resources.get("InstanceType"),
        "count": resources.get("InstanceCount"),
        "volume_gb": resources.get("VolumeSizeInGB"),
        "runtime_seconds": stopping.get("MaxRuntimeInSeconds"),
        "wait_seconds": stopping.get("MaxWaitTimeInSeconds"),
        "spot": definition.get("EnableManagedSpotTraining"),
    }


def _channels(channels: Any) -> dict[str, Any] | None:
    result = {}
    for channel in channels:
        source = channel.get("DataSource", {}).get("S3DataSource")
        if source is None or "S3Uri" not in source:
            return None  # a list is patched whole, so one channel of another kind keeps them all in `raw`
        result[channel["ChannelName"]] = {
            "uri": source["S3Uri"],
            "distribution": source.get("S3DataDistributionType"),
            "content_type": channel.get("ContentType"),
            "compression": channel.get("CompressionType"),
            "input_mode": channel.get("InputMode"),
        }
    return {"channels": result} if result else None
