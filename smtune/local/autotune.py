"""Autotune: what the service would choose itself, chosen here by rules that are written down.

AWS does not publish how it chooses. Here: a built-in algorithm's hyperparameter gets the range that its documents
recommend; another one a range around its hint; one whose hint is no number stays as it is. What the request leaves
open is filled in: early stopping, an end by convergence, and at most 100 training jobs.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

from smtune.algorithms.images import parse_image

Json = Mapping[str, Any]
_MOST_JOBS = 100
_SPREAD = 10.0
_WHOLE_SPREAD = 4
_KEYS = {
    "integer": "IntegerParameterRanges",
    "continuous": "ContinuousParameterRanges",
    "categorical": "CategoricalParameterRanges",
}


def chosen(request: Json) -> Json:
    """HyperParameterTuningJobConfig of a request, with what Autotune fills in if it is asked to."""
    config: Json = request["HyperParameterTuningJobConfig"]
    if request.get("Autotune", {}).get("Mode") != "Enabled":
        return config
    limits = config["ResourceLimits"]
    filled: dict[str, Any] = {
        "TuningJobCompletionCriteria": {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    }
    if config["Strategy"] in ("Bayesian", "Random") and "TrainingJobDefinition" in request:
        filled["TrainingJobEarlyStoppingType"] = "Auto"
    if config["Strategy"] != "Grid" and not {"MaxNumberOfTrainingJobs", "MaxRuntimeInSeconds"} & set(limits):
        filled["ResourceLimits"] = {**limits, "MaxNumberOfTrainingJobs": _MOST_JOBS}
        return {**filled, **config, "ResourceLimits": filled["ResourceLimits"]}
    return {**filled, **config}


def filled_ranges(ranges: Json, definition: Json) -> Json:
    """ParameterRanges, with a range for each of AutoParameters that has none yet."""
    named = {item["Name"] for key in _KEYS.values() for item in ranges.get(key, ())}
    found: dict[str, list[Json]] = {}
    for item in ranges.get("AutoParameters", ()):
        if item["Name"] not in named:
            kind, made = _range(item["Name"], item["ValueHint"], definition)
            found.setdefault(_KEYS[kind], []).append({"Name": item["Name"], **made})
    return {**ranges, **{key: [*ranges.get(key, ()), *made] for key, made in found.items()}}


def _range(name: str, hint: str, definition: Json) -> tuple[str, Json]:
    """The kind of a range, and what it holds beside its name."""
    from smtune.algorithms.builtins import builtin  # tables that whoever only looks at jobs need not load

    parsed = parse_image(definition["AlgorithmSpecification"].get("TrainingImage", ""))
    table = builtin(parsed[0].name) if parsed is not None and parsed[0].kind == "builtin" else None
    parameter = None if table is None else table.parameters.get(name)
    if parameter is None or not parameter.recommended:
        return _around(hint)
    if not parameter.recommended.startswith(("[", "(")):  # values that are named one by one, whatever their kind
        return "categorical", {"Values": [value.strip() for value in parameter.recommended.split(",")]}
    low, high = parameter.recommended.strip("[]()").split(",")
    return parameter.kind, {"MinValue": low.strip(), "MaxValue": high.strip(), "ScalingType": "Auto"}


def _around(hint: str) -> tuple[str, Json]:
    try:
        value = float(hint)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return "categorical", {"Values": [hint]}
    if hint.strip().lstrip("+-").isdecimal():
        ends = sorted((int(value) // _WHOLE_SPREAD, int(value) * _WHOLE_SPREAD)) if value else [0, _WHOLE_SPREAD]
        least = max(1, ends[0]) if value > 0 else ends[0]
        return "integer", {"MinValue": str(least), "MaxValue": str(ends[1]), "ScalingType": "Auto"}
    largest = sys.float_info.max
    low, high = sorted((value / _SPREAD, min(max(value * _SPREAD, -largest), largest))) if value else (0.0, 1.0)
    return "continuous", {"MinValue": repr(low), "MaxValue": repr(high), "ScalingType": "Auto"}
