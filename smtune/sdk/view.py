"""A request -> the attributes that HyperparameterTuner shows of it. They are for reading: nothing is sent from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker.core import shapes
from sagemaker.core.parameter import CategoricalParameter, ContinuousParameter, IntegerParameter
from sagemaker.core.utils.code_injection.codec import transform

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One training job definition, as the tuner's constructor takes it."""

    name: str | None
    """None where the request has only one."""
    objective_metric_name: str
    hyperparameter_ranges: Mapping[str, Any]
    metric_definitions: list[dict[str, str]] | None


def read_parts(request: Json) -> tuple[Part, ...]:
    """The training job definitions of `request`, in its order."""
    config = request["HyperParameterTuningJobConfig"]
    if "TrainingJobDefinitions" not in request:
        objective, ranges = config.get("HyperParameterTuningJobObjective", {}), config.get("ParameterRanges", {})
        return (_part(None, objective, ranges, request["TrainingJobDefinition"]),)
    return tuple(
        _part(item["DefinitionName"], item.get("TuningObjective", {}), item.get("HyperParameterRanges", {}), item)
        for item in request["TrainingJobDefinitions"]
    )


def read_settings(request: Json) -> dict[str, Any]:
    """What holds for the whole tuning job, by the names of the tuner's attributes."""
    config = request["HyperParameterTuningJobConfig"]
    limits = config.get("ResourceLimits", {})
    first = request.get("TrainingJobDefinitions", [{}])[0].get("TuningObjective", {})
    return {
        "strategy": config["Strategy"],
        "objective_type": config.get("HyperParameterTuningJobObjective", first).get("Type"),
        "max_jobs": limits.get("MaxNumberOfTrainingJobs"),
        "max_parallel_jobs": limits.get("MaxParallelTrainingJobs"),
        "max_runtime_in_seconds": limits.get("MaxRuntimeInSeconds"),
        "tags": request.get("Tags"),
        "base_tuning_job_name": request["HyperParameterTuningJobName"],
        "warm_start_config": _shape("HyperParameterTuningJobWarmStartConfig", request.get("WarmStartConfig")),
        "strategy_config": _shape("HyperParameterTuningJobStrategyConfig", config.get("StrategyConfig")),
        "completion_criteria_config": _shape("TuningJobCompletionCriteria", config.get("TuningJobCompletionCriteria")),
        "early_stopping_type": config.get("TrainingJobEarlyStoppingType", "Off"),
        "random_seed": config.get("RandomSeed"),
        "autotune": "Autotune" in request,
    }


def _part(name: str | None, objective: Json, ranges: Json, definition: Json) -> Part:
    metrics = definition["AlgorithmSpecification"].get("MetricDefinitions")
    return Part(name, objective.get("MetricName", ""), _ranges(ranges), metrics)


def _ranges(ranges: Json) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in ranges.get("IntegerParameterRanges", ()):
        found[item["Name"]] = IntegerParameter(_whole(item["MinValue"]), _whole(item["MaxValue"]), _scaling(item))
    for item in ranges.get("ContinuousParameterRanges", ()):
        found[item["Name"]] = ContinuousParameter(float(item["MinValue"]), float(item["MaxValue"]), _scaling(item))
    for item in ranges.get("CategoricalParameterRanges", ()):
        found[item["Name"]] = CategoricalParameter(list(item["Values"]))
    return found


def _whole(text: str) -> int | float:
    """A bound of whole numbers, which the service takes as `1.0`, too."""
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def _scaling(item: Json) -> str:
    return str(item.get("ScalingType", "Auto"))


def _shape(name: str, value: Json | None) -> Any:
    return None if value is None else getattr(shapes, name)(**transform(value, name))
