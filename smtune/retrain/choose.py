"""A tuning job's training jobs -> its best configurations, each once."""

from __future__ import annotations

import math
from collections.abc import Collection

from smtune.errors import JobError, UsageError
from smtune.results import Trials
from smtune.results.record import Record
from smtune.results.space import Algorithm, algorithm_of, tuned_names
from smtune.results.table import objective_of
from smtune.retrain.model import Configuration
from smtune.spec.ranges import decode
from smtune.statuses import TERMINAL


def direction(trials: Trials) -> bool:
    """Whether more is better; raises UsageError where the algorithms of a tuning job do not agree."""
    ways = {item.is_maximized for item in trials.algorithms}
    if len(ways) > 1:
        message = f"the algorithms of {trials.name} do not agree whether more is better: their values do not compare"
        raise UsageError(message)
    return ways.pop()


def best_configurations(trials: Trials, top: int, ignored: Collection[str] = ()) -> tuple[Configuration, ...]:
    """The best by the objective, best first; of equals the one that was created first.

    Configurations that differ only in the `ignored` hyperparameters (a seed that was tuned) count once. Under
    Hyperband training jobs that were stopped count where none completed, as for the service. Raises UsageError for a
    tuning job that runs, JobError for one without an objective.
    """
    if trials.status not in TERMINAL:
        message = f"{trials.name} is {trials.status}: wait for its end first (smtune wait {trials.name})"
        raise UsageError(message)
    sign = -1.0 if direction(trials) else 1.0
    rated = sorted(_rated(trials), key=lambda item: sign * item[2])
    found: dict[tuple[object, ...], Configuration] = {}
    for record, owner, value in rated:
        values = {name: record.hyperparameters[name] for name in tuned_names(record, owner)}
        key = (owner.name, *sorted((name, text) for name, text in values.items() if name not in ignored))
        if key not in found and len(found) < top:
            tuned = {name: decode(text) for name, text in sorted(values.items())}
            found[key] = Configuration(len(found) + 1, record.name, tuned, value, owner.name)
    if not found:
        message = f"{trials.name} has no training job with an objective; see: smtune results {trials.name}"
        raise JobError(message)
    return tuple(found.values())


def _rated(trials: Trials) -> list[tuple[Record, Algorithm, float]]:
    strategy = trials.description["HyperParameterTuningJobConfig"].get("Strategy")
    for status in ("Completed", "Stopped") if strategy == "Hyperband" else ("Completed",):
        found = []
        for record in trials.records:
            owner = algorithm_of(record, trials.algorithms)
            value = None if owner is None or record.status != status else objective_of(record, owner)
            if owner is not None and value is not None and math.isfinite(value):
                found.append((record, owner, value))
        if found:
            return found
    return []
