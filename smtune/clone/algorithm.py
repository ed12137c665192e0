"""An algorithm resource's own defaults: which of a job's hyperparameters the algorithm would have had anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import boto3

from smtune.clone.running import PATIENCE
from smtune.definitions import definitions
from smtune.errors import ServiceError
from smtune.patience import Line, Terms


def algorithm_comments(session: boto3.Session, request: Mapping[str, Any], terms: Terms | None = None) -> list[str]:
    """Sentences on each algorithm resource (or Marketplace subscription) that `request` runs; often none.

    Asks DescribeAlgorithm; where that is refused a sentence says so. Raises ConfigurationError.
    """
    line = Line(session, terms or PATIENCE)
    found: dict[str, None] = {}
    for definition in definitions(request):
        name = definition.get("AlgorithmSpecification", {}).get("AlgorithmName")
        if name is None:
            continue
        try:
            algorithm = line.call("sagemaker", "describe_algorithm", AlgorithmName=name)
        except ServiceError as error:
            found[f"{name} cannot be described ({error.code}): its own defaults are not marked here"] = None
        else:
            found |= dict.fromkeys(_sentences(name, algorithm, definition.get("StaticHyperParameters", {})))
    return list(found)


def _sentences(name: str, algorithm: Mapping[str, Any], static: Mapping[str, str]) -> Iterator[str]:
    training = algorithm.get("TrainingSpecification", {})
    defaults = {item["Name"]: item.get("DefaultValue") for item in training.get("SupportedHyperParameters", ())}
    same = [key for key, value in static.items() if defaults.get(key) == value]
    if same:
        yield f"the algorithm's own defaults, which it would have without the keys: {', '.join(same)}"
    metrics = [item["Name"] for item in training.get("MetricDefinitions", ())]
    if metrics:
        yield f"{name.rpartition('/')[2]} brings its own metrics: {', '.join(metrics)}"
