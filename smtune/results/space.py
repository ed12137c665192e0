"""What a tuning job searches, for each of its algorithms: names, kinds, objectives; and whose a training job is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from smtune.definitions import definitions
from smtune.results.record import OBJECTIVE, Record

Json = Mapping[str, Any]
Kind = Literal["integer", "continuous", "categorical"]
_KINDS: dict[str, Kind] = {
    "ContinuousParameterRanges": "continuous",
    "IntegerParameterRanges": "integer",
    "CategoricalParameterRanges": "categorical",
}
_INTERNAL = ("_", "sagemaker_")


@dataclass(frozen=True)
class Algorithm:
    """One training job definition of a tuning job."""

    name: str
    """Empty where the tuning job has only one."""
    metric: str
    """The objective metric."""
    is_maximized: bool
    kinds: Mapping[str, Kind]
    """Tuned hyperparameter -> what its range is of."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tuned hyperparameter -> the values of its range, where that is categorical."""
    static: Mapping[str, str] = field(default_factory=dict)
    image: str = ""


def algorithms(description: Json) -> tuple[Algorithm, ...]:
    """The definitions that DescribeHyperParameterTuningJob's answer tells of."""
    config = description["HyperParameterTuningJobConfig"]
    return tuple(_algorithm(item, config) for item in definitions(description))


def algorithm_of(record: Record, known: tuple[Algorithm, ...]) -> Algorithm | None:
    """The algorithm of a training job; None where its own answer does not tell it from another."""
    if len(known) == 1:
        return known[0]
    if record.definition:
        return next((item for item in known if item.name == record.definition), None)
    fitting = [item for item in known if _fits(record, item)]
    return fitting[0] if len(fitting) == 1 else None


def tuned_names(record: Record, algorithm: Algorithm) -> tuple[str, ...]:
    """The tuned hyperparameters of a training job, also those that Autotune chose."""
    if record.tuned is not None:
        return record.tuned
    free = (name for name in record.hyperparameters if name not in algorithm.static and not name.startswith(_INTERNAL))
    return tuple(dict.fromkeys([*(name for name in algorithm.kinds if name in record.hyperparameters), *sorted(free)]))


def _algorithm(definition: Json, config: Json) -> Algorithm:
    objective = definition.get("TuningObjective") or config.get("HyperParameterTuningJobObjective", {})
    ranges = definition.get("HyperParameterRanges") or config.get("ParameterRanges", {})
    items = [(kind, item) for group, kind in _KINDS.items() for item in ranges.get(group, ())]
    specification = definition.get("AlgorithmSpecification", {})
    return Algorithm(
        name=definition.get("DefinitionName", ""),
        metric=objective.get("MetricName", ""),
        is_maximized=objective.get("Type") == "Maximize",
        kinds={item["Name"]: kind for kind, item in items},
        choices={item["Name"]: tuple(item["Values"]) for kind, item in items if kind == "categorical"},
        static=definition.get("StaticHyperParameters", {}),
        image=specification.get("TrainingImage") or specification.get("AlgorithmName", ""),
    )


def _fits(record: Record, algorithm: Algorithm) -> bool:
    values = record.hyperparameters
    specification = record.job.get("AlgorithmSpecification", {})
    image = specification.get("TrainingImage") or specification.get("AlgorithmName", "")
    static = {name: text for name, text in algorithm.static.items() if name != OBJECTIVE}
    return (
        image == algorithm.image
        and set(algorithm.kinds) <= set(values)
        and all(values.get(name) == text for name, text in static.items())
        and values.get(OBJECTIVE, algorithm.metric) == algorithm.metric
    )
