"""TuningSpec -> the CreateHyperParameterTuningJob request that the service gets."""

from __future__ import annotations

from typing import Any

from smtune.algorithms import xgboost
from smtune.algorithms.images import image_uri
from smtune.request.patch import apply_patch
from smtune.request.site import Site
from smtune.spec import (
    BuiltIn,
    Categorical,
    Channel,
    Channels,
    Compute,
    Continuous,
    Definition,
    Image,
    Integer,
    MetricNames,
    Resource,
    Script,
    Table,
    TuningSpec,
)
from smtune.spec.data import is_remote
from smtune.spec.ranges import Range, encode

STRATEGIES = {"bayesian": "Bayesian", "random": "Random", "hyperband": "Hyperband", "grid": "Grid"}
EARLY_STOPPING = {"off": "Off", "auto": "Auto"}
SCALES = {"auto": "Auto", "linear": "Linear", "log": "Logarithmic", "reverse-log": "ReverseLogarithmic"}
CSV = "text/csv"
PROGRAM = "sagemaker_program"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"

Json = dict[str, Any]


def to_request(spec: TuningSpec, site: Site | None = None) -> Json:
    """The whole request for `spec` at `site`, checked by nobody yet: see `smtune.service_model` and `smtune.rules`.

    The job's name is the spec's; whoever launches it takes a unique one. Raises SpecError for an unknown algorithm.
    """
    site = site or Site()
    definitions = [_definition(spec, definition, site) for definition in spec.definitions]
    config: Json = {
        "Strategy": STRATEGIES[spec.strategy],
        "ResourceLimits": _limits(spec),
        "TrainingJobEarlyStoppingType": EARLY_STOPPING[spec.early_stopping],
    }
    request: Json = {"HyperParameterTuningJobName": spec.name, "HyperParameterTuningJobConfig": config}
    if spec.seed is not None:
        config["RandomSeed"] = spec.seed
    if spec.algorithms:
        request["TrainingJobDefinitions"] = definitions
    else:
        config["HyperParameterTuningJobObjective"] = definitions[0].pop("TuningObjective")
        config["ParameterRanges"] = definitions[0].pop("HyperParameterRanges")
        request["TrainingJobDefinition"] = definitions[0]
    if spec.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in spec.tags.items()]
    patched: Json = apply_patch(request, spec.raw)
    return patched


def held_out(spec: TuningSpec, site: Site | None = None) -> str | None:
    """The S3 URI of the test set that no training job sees, or None where the spec holds nothing out."""
    site = site or Site()
    if isinstance(spec.data, Table) and spec.data.split.test > 0:
        return _channel_uri("test", spec, site)
    if isinstance(spec.data, Channels) and spec.data.test is not None:
        return _uri(spec.data.test, "test", spec, site)
    return None


def _limits(spec: TuningSpec) -> Json:
    limits: Json = {"MaxParallelTrainingJobs": spec.limits.parallel}
    if spec.limits.jobs is not None:
        limits["MaxNumberOfTrainingJobs"] = spec.limits.jobs
    if spec.limits.runtime_seconds is not None:
        limits["MaxRuntimeInSeconds"] = spec.limits.runtime_seconds
    return limits


def _definition(spec: TuningSpec, definition: Definition, site: Site) -> Json:
    objective = definition.objective
    result: Json = {
        "TuningObjective": {
            "Type": "Maximize" if objective.maximizes else "Minimize",
            "MetricName": objective.metric,
        },
        "HyperParameterRanges": _ranges(definition.ranges),
        "StaticHyperParameters": _static(spec, definition, site),
        "AlgorithmSpecification": _algorithm(definition, site),
        "RoleArn": spec.role or site.role_arn,
        "OutputDataConfig": {"S3OutputPath": spec.output or f"{site.prefix(spec.name)}/output"},
        **_compute(definition.compute),
    }
    if definition.name is not None:
        result["DefinitionName"] = definition.name
    if spec.data is not None:
        result["InputDataConfig"] = _channels(spec, definition, site)
    if definition.environment:
        result["Environment"] = dict(definition.environment)
    return result


def _ranges(ranges: dict[str, Range]) -> Json:
    result: Json = {}
    keys: tuple[tuple[str, type[Range]], ...] = (
        ("ContinuousParameterRanges", Continuous),
        ("IntegerParameterRanges", Integer),
        ("CategoricalParameterRanges", Categorical),
    )
    for key, kind in keys:
        items = [_range(name, value) for name, value in ranges.items() if isinstance(value, kind)]
        if items:
            result[key] = items
    return result


def _range(name: str, value: Range) -> Json:
    if isinstance(value, Categorical):
        return {"Name": name, "Values": [encode(item) for item in value.values]}
    result = {"Name": name, "MinValue": encode(value.min), "MaxValue": encode(value.max)}
    if value.scale is not None:
        result["ScalingType"] = SCALES[value.scale]
    return result


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
    algorithm, result = definition.algorithm, Json()
    if isinstance(algorithm, Resource):
        result |= {"AlgorithmName": algorithm.arn, "TrainingInputMode": algorithm.input_mode}
    elif isinstance(algorithm, Image):
        result |= {"TrainingImage": algorithm.image, "TrainingInputMode": algorithm.input_mode}
    else:
        result |= {"TrainingImage": _image(algorithm, definition, site), "TrainingInputMode": "File"}
    if definition.metrics:
        result["MetricDefinitions"] = [{"Name": name, "Regex": regex} for name, regex in definition.metrics.items()]
    return result


def _image(algorithm: BuiltIn | Script, definition: Definition, site: Site) -> str:
    place = {"region": site.region, "instance": definition.compute.instance}
    if isinstance(algorithm, BuiltIn):
        return image_uri(algorithm.builtin, algorithm.version, **place)
    script = algorithm.script
    return script.image or image_uri(script.framework, script.version, **place)


def _compute(compute: Compute) -> Json:
    stopping: Json = {"MaxRuntimeInSeconds": compute.runtime_seconds}
    if compute.wait_seconds is not None:
        stopping["MaxWaitTimeInSeconds"] = compute.wait_seconds
    resources = {
        "InstanceType": compute.instance,
        "InstanceCount": compute.count,
        "VolumeSizeInGB": compute.volume_gb,
    }
    result: Json = {"ResourceConfig": resources, "StoppingCondition": stopping}
    if compute.spot:
        result["EnableManagedSpotTraining"] = True
    return result


def _channels(spec: TuningSpec, definition: Definition, site: Site) -> list[Json]:
    data = spec.data
    if isinstance(data, Channels):
        return [_channel(name, channel, spec, site) for name, channel in data.channels.items()]
    content_type = CSV if isinstance(definition.algorithm, BuiltIn | Script) else None
    return [
        _channel(name, Channel(uri=_channel_uri(name, spec, site), content_type=content_type), spec, site)
        for name in ("train", "validation")
    ]


def _channel(name: str, channel: Channel, spec: TuningSpec, site: Site) -> Json:
    source: Json = {"S3DataType": "S3Prefix", "S3Uri": _uri(channel, name, spec, site)}
    if channel.distribution is not None:
        source["S3DataDistributionType"] = channel.distribution
    result: Json = {"ChannelName": name, "DataSource": {"S3DataSource": source}}
    optional = {
        "ContentType": channel.content_type,
        "CompressionType": channel.compression,
        "InputMode": channel.input_mode,
    }
    return result | {key: value for key, value in optional.items() if value is not None}


def _uri(channel: Channel, name: str, spec: TuningSpec, site: Site) -> str:
    return channel.uri if is_remote(channel.uri) else _channel_uri(name, spec, site)


def _channel_uri(name: str, spec: TuningSpec, site: Site) -> str:
    return site.channels.get(name) or f"{site.prefix(spec.name)}/data/{name}"
