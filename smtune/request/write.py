"""TuningSpec -> the CreateHyperParameterTuningJob request that the service gets."""

from __future__ import annotations

from typing import Any

from smtune.algorithms import xgboost
from smtune.algorithms.builtins import builtin
from smtune.algorithms.images import image_uri
from smtune.request.fields import CHANNEL, CONFIG, DEFINITION, JOB, write_fields
from smtune.request.patch import apply_patch
from smtune.request.ranges import write_ranges
from smtune.request.site import Site
from smtune.spec import (
    BuiltIn,
    Channel,
    Channels,
    Compute,
    Definition,
    Image,
    MetricNames,
    Resource,
    Script,
    Table,
    TuningSpec,
)
from smtune.spec.ranges import encode

CSV = "text/csv"
PROGRAM = "sagemaker_program"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"
RESOURCES = "ResourceConfig"
SHARED_RESOURCES = "HyperParameterTuningResourceConfig"
_A_DAY = 86_400
_SEEN = ("train", "validation")
"""The parts of a table that training jobs see."""
DEFAULT_INSTANCE = "ml.m5.large"
_DEFAULTS = {"InstanceType": DEFAULT_INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 30}

Json = dict[str, Any]


def to_request(spec: TuningSpec, site: Site | None = None) -> Json:
    """The whole request for `spec` at `site`, checked by nobody yet: see `smtune.service_model` and `smtune.rules`.

    The job's name is the spec's; whoever launches it takes a unique one. Raises SpecError for an unknown algorithm.
    """
    site = site or Site()
    definitions = [_definition(spec, definition, site) for definition in spec.definitions]
    request = write_fields(JOB, spec)
    if spec.algorithms:
        request["TrainingJobDefinitions"] = definitions
    else:
        config, definition = request[CONFIG], definitions[0]
        config["HyperParameterTuningJobObjective"] = definition.pop("TuningObjective")
        if "HyperParameterRanges" in definition:
            config["ParameterRanges"] = definition.pop("HyperParameterRanges")
        request["TrainingJobDefinition"] = definition
    patched: Json = apply_patch(request, spec.raw)
    return patched


def held_out(spec: TuningSpec, site: Site | None = None) -> dict[str, str | None]:
    """The S3 URIs of the sets that no training job sees, `test` and `train_dev`, as far as the spec has them."""
    site = site or Site()
    if isinstance(spec.data, Table):
        return {name: _channel_uri(name, spec, site) for name in spec.data.split.shares if name not in _SEEN}
    if isinstance(spec.data, Channels):
        return {name: _uri(channel, name, spec, site) for name, channel in spec.data.held_out.items()}
    return {}


def _definition(spec: TuningSpec, definition: Definition, site: Site) -> Json:
    objective = definition.objective
    result: Json = {
        "TuningObjective": {
            "Type": "Maximize" if objective.maximizes else "Minimize",
            "MetricName": objective.metric,
        },
        "RoleArn": site.role_arn,
        "OutputDataConfig": {"S3OutputPath": f"{site.prefix(spec.name)}/output"},
    }
    result = apply_patch(result, write_fields(DEFINITION, definition))
    result = apply_patch(result, {"AlgorithmSpecification": _algorithm(definition, site)})
    _arrange_resources(result, definition.compute)
    result["StoppingCondition"] = {"MaxRuntimeInSeconds": _A_DAY, **result.get("StoppingCondition", {})}
    optional = {
        "HyperParameterRanges": write_ranges(definition),
        "StaticHyperParameters": _static(spec, definition, site),
        "InputDataConfig": _channels(spec, definition, site),
    }
    result |= {key: value for key, value in optional.items() if value}
    patched: Json = apply_patch(result, definition.raw)
    return patched


def _arrange_resources(definition: Json, compute: Compute) -> None:
    """Say the default size, but for what groups, preferences or options replace, where there is room for all."""
    kept = ["VolumeSizeInGB"] if compute.groups or compute.preferences else list(_DEFAULTS)
    defaults = {} if compute.flexible else {member: _DEFAULTS[member] for member in kept}
    resources = {**defaults, **definition.pop(RESOURCES, {})}
    definition[SHARED_RESOURCES if compute.flexible or compute.shared_config else RESOURCES] = resources


def _static(spec: TuningSpec, definition: Definition, site: Site) -> dict[str, str]:
    static = {name: encode(value) for name, value in definition.static.items()}
    algorithm = definition.algorithm
    if isinstance(algorithm, BuiltIn) and algorithm.builtin == "xgboost" and spec.diagnosis is not None:
        static = _with_metrics(static, definition.objective.metric, spec.diagnosis.metrics)
    if isinstance(algorithm, Script):
        static[PROGRAM] = algorithm.script.entry_point
        static[SUBMIT_DIRECTORY] = site.code or f"{site.prefix(spec.name)}/code/sourcedir.tar.gz"
    return static


def _with_metrics(static: dict[str, str], objective: str, wanted: MetricNames) -> dict[str, str]:
    """The built-in XGBoost prints what `eval_metric` names: what the diagnosis reads is added to it."""
    emitted = xgboost.emitted_metrics({**static, "_tuning_objective_metric": objective}, ("train", "validation"))
    names = [name for name in (wanted.train, wanted.validation) if name and name not in emitted]
    metrics = [metric for metric in static.get("eval_metric", "").split(",") if metric]
    metrics += dict.fromkeys(name.partition(":")[2] for name in names)
    return {**static, "eval_metric": ",".join(metrics)} if names else static


def _algorithm(definition: Definition, site: Site) -> Json:
    algorithm = definition.algorithm
    if isinstance(algorithm, Resource):
        return {"AlgorithmName": algorithm.arn, "TrainingInputMode": algorithm.input_mode}
    if isinstance(algorithm, Image):
        return {"TrainingImage": algorithm.image, "TrainingInputMode": algorithm.input_mode}
    result = {"TrainingImage": _image(algorithm, definition, site), "TrainingInputMode": "File"}
    return result | _definitions(algorithm, definition)


def _definitions(algorithm: BuiltIn | Script, definition: Definition) -> Json:
    """The objective's metric definition, where a built-in algorithm runs in a container that has none."""
    table = builtin(algorithm.builtin) if isinstance(algorithm, BuiltIn) else None
    metric = table.metrics.get(definition.objective.metric) if table and table.container else None
    if metric is None or definition.metrics:
        return {}
    return {"MetricDefinitions": [{"Name": metric.name, "Regex": metric.regex}]}


def _image(algorithm: BuiltIn | Script, definition: Definition, site: Site) -> str:
    place = {"region": site.region, "instance": definition.compute.instance or DEFAULT_INSTANCE}
    if isinstance(algorithm, BuiltIn):
        return image_uri(algorithm.builtin, algorithm.version, **place)
    script = algorithm.script
    return script.image or image_uri(script.framework, script.version, **place)


def _channels(spec: TuningSpec, definition: Definition, site: Site) -> list[Json]:
    data = definition.data
    if data is None:
        return []
    if isinstance(data, Channels):
        return [_channel(name, channel, spec, site) for name, channel in data.channels.items()]
    content_type = CSV if isinstance(definition.algorithm, BuiltIn | Script) else None
    return [
        _channel(name, Channel(uri=_channel_uri(name, spec, site), content_type=content_type), spec, site)
        for name in _SEEN
    ]


def _channel(name: str, channel: Channel, spec: TuningSpec, site: Site) -> Json:
    place: Json = {"ChannelName": name}
    if channel.uri is not None:
        source = {"S3DataType": "S3Prefix", "S3Uri": _uri(channel, name, spec, site)}
        place["DataSource"] = {"S3DataSource": source}
        channel = channel.model_copy(update={"uri": None})
    result: Json = apply_patch(place, write_fields(CHANNEL, channel))
    return result


def _uri(channel: Channel, name: str, spec: TuningSpec, site: Site) -> str | None:
    return _channel_uri(name, spec, site) if channel.here else channel.uri


def _channel_uri(name: str, spec: TuningSpec, site: Site) -> str:
    """With a slash at its end: without, `train` would read what lies in `train_dev` too."""
    return site.channels.get(name) or f"{site.prefix(spec.name)}/data/{name}/"
