"""In which way a built-in algorithm's numbers differ here from the service's: one sentence each, for the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.algorithms import xgboost
from smtune.algorithms.images import parse_image
from smtune.local.program import find_script
from smtune.local.programs.catalog import jumpstart_algorithm, stand_in

_FIRST_WITH_PREDICTIONS = 3
"""The major version of the XGBoost image since which its own metrics are computed from predictions."""


def differences(definition: Mapping[str, Any], objective: str) -> tuple[str, ...]:
    """What to know about the algorithm of a training job definition; `objective` is its metric's name."""
    script = find_script(definition)
    if script is not None:
        found = jumpstart_algorithm(script[1])
        name, version = (found[0], "") if found else ("", "")
    else:
        parsed = parse_image(definition.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
        name, version = (parsed[0].name, parsed[1]) if parsed else ("", "")
    program = stand_in(name)
    sentences = [program.differs] if program and program.differs else []
    if name == "xgboost":
        sentences += _predictions_for_margins(definition, objective, version)
    return tuple(sentences)


def _predictions_for_margins(definition: Mapping[str, Any], objective: str, version: str) -> list[str]:
    metric = objective.partition(":")[2]
    loss = definition.get("StaticHyperParameters", {}).get("objective", "")
    classes = metric in xgboost.SKLEARN_METRICS - {"mae", "mse", "rmse", "r2"}
    if int(version.partition(".")[0]) < _FIRST_WITH_PREDICTIONS or not classes:
        return []
    if loss not in ("binary:logistic", "binary:hinge", "multi:softmax"):
        return []
    message = (
        f"image {version} computes {metric} from predictions as if they were margins: with {loss} it hardly changes, "
        "here as on AWS: take auc, error, logloss or merror as the objective metric, or image 1.7-1"
    )
    return [message]
