"""A CreateHyperParameterTuningJob request, whoever wrote it -> TuningSpec.

What a friendly key says exactly becomes that key; everything else stays in `raw`, computed as the difference
between the request and what the friendly keys give. So nothing can be lost, by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from smtune.algorithms.images import image_uri, parse_image
from smtune.errors import Problem, SpecError, dotted
from smtune.request.patch import make_patch
from smtune.request.site import DEFAULT_REGION
from smtune.request.write import EARLY_STOPPING, SCALES, STRATEGIES, to_request
from smtune.service_model import violations
from smtune.spec import TuningSpec
from smtune.spec.algorithm import InputMode
from smtune.spec.data import Compression, Distribution
from smtune.spec.load import check_document
from smtune.spec.ranges import decode
from smtune.spec.yaml import Document, Path

Json = Mapping[str, Any]
_SHAPE = "CreateHyperParameterTuningJobRequest"
_SOURCE = "request"
_FIX = "give the members of CreateHyperParameterTuningJob, with one TrainingJobDefinition"


def from_request(request: Json) -> TuningSpec:
    """The spec whose request at the default site is exactly `request`; raises SpecError for what is no such request."""
    problems = tuple(_malformed(request))
    if problems:
        raise SpecError(problems, source=_SOURCE)
    data = _friendly(request)
    spec = check_document(Document(data, {(): (0, 0)}, _SOURCE))
    raw = make_patch(to_request(spec), request)
    return TuningSpec.model_validate({**data, "raw": raw}) if raw else spec


def _malformed(request: Any) -> Iterator[Problem]:
    """What keeps `request` from being read at all; values that only the service would refuse stay as they are."""
    if not isinstance(request, Mapping):
        yield Problem(0, 0, "", "a request is a mapping of members to values", _FIX)
    elif "TrainingJobDefinition" not in request:
        several = "TrainingJobDefinitions" in request
        message = "several TrainingJobDefinitions cannot be read so far" if several else "no TrainingJobDefinition"
        yield Problem(0, 0, "", message, _FIX)
    else:
        # A merge patch cannot hold null: it would mean that the member is to be removed.
        nulls = dict.fromkeys(_nulls(request, ()), ("null is no value", "leave the member out"))
        found = {item.path: (item.constraint, _FIX) for item in violations(_SHAPE, request) if item.is_malformed}
        for path, (message, fix) in (found | nulls).items():
            yield Problem(0, 0, dotted(path), message, fix)


def _nulls(value: Any, path: Path) -> Iterator[Path]:
    if value is None:
        yield path
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        yield from _nulls(item, (*path, key))


def _friendly(request: Json) -> dict[str, Any]:
    config: Json = request.get("HyperParameterTuningJobConfig", {})
    definition: Json = request["TrainingJobDefinition"]
    limits: Json = config.get("ResourceLimits", {})
    objective: Json = config.get("HyperParameterTuningJobObjective", {})
    algorithm: Json = definition.get("AlgorithmSpecification", {})
    direction = "minimize" if objective.get("Type") == "Minimize" else "maximize"
    data: dict[str, Any] = {
        "name": request["HyperParameterTuningJobName"],
        "algorithm": _algorithm(algorithm),
        "objective": {direction: objective.get("MetricName", "")},
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


def _choice(value: str | None, kind: Any) -> str | None:
    """`value` where the spec has it; what is newer than this table stays in `raw`."""
    return value if value in get_args(kind) else None


def _algorithm(specification: Json) -> dict[str, Any]:
    mode = _choice(specification["TrainingInputMode"], InputMode)
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
    kinds: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("ContinuousParameterRanges", _number),
        ("IntegerParameterRanges", _whole),
    )
    for key, number in kinds:
        for item in ranges.get(key, ()):
            scale = _named(SCALES, item.get("ScalingType"))
            bounds = {"min": number(item["MinValue"]), "max": number(item["MaxValue"])}
            result[item["Name"]] = bounds | ({"scale": scale} if scale else {})
    for item in ranges.get("CategoricalParameterRanges", ()):
        result[item["Name"]] = {"values": [decode(text) for text in item["Values"]]}
    return result


def _number(text: str) -> object:
    """The number in `text`, or the text itself: it is refused where a number has to be."""
    try:
        return float(text)
    except ValueError:
        return text


def _whole(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        number = _number(text)
        return int(number) if isinstance(number, float) and number.is_integer() else text


def _compute(definition: Json) -> dict[str, Any]:
    resources: Json = definition.get("ResourceConfig", {})
    stopping: Json = definition.get("StoppingCondition", {})
    return {
        "instance": resources.get("InstanceType"),
        "count": resources.get("InstanceCount") or None,
        "volume_gb": resources.get("VolumeSizeInGB") or None,
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
            "distribution": _choice(source.get("S3DataDistributionType"), Distribution),
            "content_type": channel.get("ContentType"),
            "compression": _choice(channel.get("CompressionType"), Compression),
            "input_mode": _choice(channel.get("InputMode"), InputMode),
        }
    return {"channels": result} if result else None
