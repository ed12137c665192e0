"""What a simulated warm start knows: its parents' configurations, each with the value that the played objective has.

Their real values would be of another function than the one that is played, and lead the search astray.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtune.local.planning import all_hyperparameters
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.stage import Cue
from smtune.local.store import Store
from smtune.search.space import Space

Json = Mapping[str, Any]
Value = Callable[[Cue], float]
"""The played objective of a whole training job."""


def parent_names(request: Json) -> list[str]:
    """The tuning jobs that a request learns from."""
    return [
        item["HyperParameterTuningJobName"]
        for item in request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    ]


def missing_parent(known: Store | None, names: Sequence[str]) -> str | None:
    """Why parents cannot be learnt from, in words; None: they can."""
    for name in names:
        job = None if known is None else known.tuning_job(name)
        if job is None:
            return f"without its warm start: {name} is no tuning job of this machine, and nobody else is asked"
        if job.ended is None:
            return f"without its warm start: {name} has not ended"
    return None


def bring_parents(known: Store, stage: Store, request: Json, value: Value) -> str:
    """Copy the parents of `request` onto a stage; tells what the search knows then."""
    child = TuningJob(str(request["HyperParameterTuningJobName"]), request, created=0.0, modified=0.0)
    names, told = parent_names(request), 0
    for parent in filter(None, map(known.tuning_job, names)):
        stage.create_tuning_job(parent)
        for training in known.training_jobs(parent.name):
            objective = None if training.objective is None else _value(child, parent, training, value)
            stage.save_training_job(dataclasses.replace(training, objective=objective))
            told += objective is not None
    of = ", ".join(names)
    return f"its warm start knows {told} training jobs of {of}, with the values that the simulated objective gives them"


def _value(child: TuningJob, parent: TuningJob, training: TrainingJob, value: Value) -> float | None:
    """None for a configuration that is none of the child's: its search would not look at it either."""
    definition = child.definitions[0]  # several algorithms cannot start warm
    space = Space.of(definition.ranges)
    try:
        config = space.config(space.point(all_hyperparameters(parent, training)))
    except (KeyError, ValueError):
        return None
    tried = dataclasses.replace(training, tuning_job=child.name, config=config, definition=definition.name)
    cue = Cue(
        training_job=training.name,
        number=training.number,
        attempt=1,
        hyperparameters=all_hyperparameters(child, dataclasses.replace(tried, resource=None)),
        config=config,
        definition=definition.body,
        ranges=definition.ranges,
        objective=definition.objective or "",
        maximize=definition.maximize,
    )
    found = value(cue)
    return found if math.isfinite(found) else None
