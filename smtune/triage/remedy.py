"""A cause with its region and the job's definition -> changes of the spec, each as `--set` takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from smtune.service_model import shapes
from smtune.triage.model import Region

_SIZES = (
    *("medium", "large", "xlarge", "2xlarge", "3xlarge", "4xlarge", "6xlarge", "8xlarge", "9xlarge", "12xlarge"),
    *("16xlarge", "18xlarge", "24xlarge", "32xlarge", "48xlarge"),
)
_MORE_GPU_MEMORY = {"g4dn": "g5", "g5": "g6e", "g6": "g6e", "p3dn": "p4d", "p4d": "p4de"}
"""Family -> one with as many GPUs at the same size, and more memory on each: 16 GB to 24, 24 to 48, 32 to 40 to 80."""
_OTHER_SIZE = {"ml.p3.2xlarge": "ml.g5.2xlarge", "ml.p3.8xlarge": "ml.g5.12xlarge", "ml.p3.16xlarge": "ml.g5.48xlarge"}
_SIMPLE = re.compile(r"[A-Za-z_][\w-]*")
_DEFAULT_VOLUME = 30
_DAY = 86_400


def settings_for(
    identity: str, region: Region | None, definition: Mapping[str, Any], job: Mapping[str, Any]
) -> list[str]:
    """Concrete changes that can mend failures of a cause; none where only a person can know."""
    found = [_narrowed(region, job)] if region else []
    resources = definition.get("ResourceConfig", {})
    instance = resources.get("InstanceType")
    if identity == "memory" and instance:
        found.append(_set("compute.instance", _next_size(instance)))
    if identity == "gpu-memory" and instance:
        found.append(_set("compute.instance", _more_gpu_memory(instance)))
    if identity == "disk":
        found.append(_set("compute.volume_gb", 2 * resources.get("VolumeSizeInGB", _DEFAULT_VOLUME)))
    found += _about_time(identity, definition.get("StoppingCondition", {}))
    if identity == "quota":
        found.append(_fewer_at_a_time(job))
    return [text for text in found if text]


def _about_time(identity: str, limits: Mapping[str, int]) -> list[str]:
    runtime = limits.get("MaxRuntimeInSeconds", _DAY)
    wait = limits.get("MaxWaitTimeInSeconds")
    if identity == "time-limit":
        longer = [_set("compute.runtime_seconds", 2 * runtime)]
        # The service wants the wait to be no shorter than the run.
        return [*longer, _set("compute.wait_seconds", runtime + wait)] if wait else longer
    if identity == "spot-wait":
        return [_set("compute.wait_seconds", 2 * (wait or runtime))]
    return []


def _fewer_at_a_time(job: Mapping[str, Any]) -> str:
    parallel = job["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxParallelTrainingJobs", 1)
    return _set("limits.parallel", parallel // 2) if parallel > 1 else ""


def _narrowed(region: Region | None, job: Mapping[str, Any]) -> str:
    if region is None or job.get("TrainingJobDefinitions"):
        return ""  # which of several definitions is meant, a key cannot be written for
    key = region.hyperparameter if _SIMPLE.fullmatch(region.hyperparameter) else json.dumps(region.hyperparameter)
    if region.comparison == "is":
        ranges = job["HyperParameterTuningJobConfig"].get("ParameterRanges", {}).get("CategoricalParameterRanges", ())
        values: list[str] = next((item["Values"] for item in ranges if item["Name"] == region.hyperparameter), [])
        rest = [value for value in values if value != region.value]
        # One value is no range any more, but a plain value.
        return _set(f"hyperparameters.{key}.values", f"[{', '.join(rest)}]") if len(rest) > 1 else ""
    if region.nearest_good is None:
        return ""
    end = "max" if region.comparison == ">=" else "min"
    return _set(f"hyperparameters.{key}.{end}", region.nearest_good)


def _next_size(instance: str) -> str:
    """The next larger instance of the family, or nothing if there is none."""
    family, _, size = instance.rpartition(".")
    known = set(shapes()["TrainingInstanceType"]["enum"])
    larger = _SIZES[_SIZES.index(size) + 1 :] if size in _SIZES else ()
    return next((f"{family}.{each}" for each in larger if f"{family}.{each}" in known), "")


def _more_gpu_memory(instance: str) -> str:
    """The same size of a family whose GPUs have more memory, or nothing if there is none."""
    parts = instance.split(".")
    if instance in _OTHER_SIZE or len(parts) != 3 or parts[1] not in _MORE_GPU_MEMORY:
        return _OTHER_SIZE.get(instance, "")
    larger = f"ml.{_MORE_GPU_MEMORY[parts[1]]}.{parts[2]}"
    return larger if larger in shapes()["TrainingInstanceType"]["enum"] else ""


def _set(key: str, value: object) -> str:
    return f"{key}={value}" if value else ""
