"""Hyperparameters into a spec and out of it, by their path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.spec import Auto, Categorical, Continuous, Integer, TuningSpec
from smtune.spec.document import Path
from smtune.spec.ranges import Hyperparameter


def with_hyperparameters(spec: TuningSpec, values: Mapping[Path, Hyperparameter]) -> TuningSpec:
    """`spec` with these in the place of what it has there."""
    mine = {str(path[-1]): value for path, value in values.items() if len(path) == 2}
    entries = tuple(
        entry.model_copy(
            update={
                "hyperparameters": {
                    **entry.hyperparameters,
                    **{str(path[-1]): value for path, value in values.items() if path[:2] == ("algorithms", index)},
                }
            }
        )
        for index, entry in enumerate(spec.algorithms)
    )
    return spec.model_copy(update={"hyperparameters": {**spec.hyperparameters, **mine}, "algorithms": entries})


def value_at(spec: TuningSpec, path: Path) -> Any:
    """What a spec has for the hyperparameter at a path."""
    if path[0] == "algorithms":
        return spec.algorithms[int(path[1])].hyperparameters[str(path[-1])]
    return spec.hyperparameters[str(path[-1])]


def plain(value: Any) -> Any:
    """A hyperparameter as plain data."""
    if isinstance(value, Continuous | Integer | Categorical | Auto):
        return value.model_dump(mode="json", exclude_defaults=True)
    return value
