"""The history of a tuning job of a session, local or on AWS: its training jobs as `smtune.history` studies them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3

from smtune.definitions import definitions
from smtune.errors import ServiceError, SpecError, UsageError
from smtune.history import History, Lessons, Limits, Run, study
from smtune.history.counterpart import find_counterpart
from smtune.history.model import Curve
from smtune.results import Calls, Trials, curves, pull
from smtune.results.record import Record
from smtune.results.space import Algorithm, algorithm_of, tuned_names
from smtune.results.table import objective_of
from smtune.search.space import Axis, Category, Number, Space
from smtune.spec.ranges import Scalar, decode

Curves = Mapping[str, Mapping[str, Curve]]
"""Training job -> metric -> its curve."""
_LEARNING = ("Bayesian", "Hyperband")
_DECADES = 100.0
_WITH_CURVES = 500
"""Of more training jobs the curves are not read: they say little that 500 do not, and take long."""


def lessons_of(session: boto3.Session, trials: Trials) -> tuple[Lessons, ...]:
    """What each algorithm's training jobs teach, of those that have any. Curves that cannot be read are left out."""
    try:
        drawn = {} if len(trials.records) > _WITH_CURVES else _read_curves(session, trials, Calls(session))
    except (ServiceError, SpecError):
        drawn = {}
    return tuple(study(history) for history in histories(trials, drawn) if history.runs)


def history_of(session: boto3.Session, tuning_job: str, definition: str | None = None) -> History:
    """All training jobs of a tuning job so far; of several algorithms that of the one called `definition`.

    Raises ServiceError where there is no such job, UsageError where the algorithm has to be named, or is not there.
    """
    found = {history.name: history for history in histories_of(session, tuning_job)}
    if definition is None and len(found) > 1:
        message = f"{tuning_job} tunes several algorithms: name one of {', '.join(found)}"
        raise UsageError(message)
    wanted = next(iter(found)) if definition is None else definition
    if wanted not in found:
        message = f"{tuning_job} has no algorithm {wanted!r}: there is {', '.join(map(repr, found))}"
        raise UsageError(message)
    return found[wanted]


def histories_of(session: boto3.Session, tuning_job: str) -> tuple[History, ...]:
    """One for each algorithm of the tuning job, in its order; learning curves from CloudWatch or the logs."""
    calls = Calls(session)
    trials = pull(session, tuning_job, calls=calls)
    return histories(trials, _read_curves(session, trials, calls))


def _read_curves(session: boto3.Session, trials: Trials, calls: Calls) -> Curves:
    """Of the objectives, and of the same metrics on the training rows."""
    names = {name for record in trials.records for name in record.metric_names}
    wanted = {name for owner in trials.algorithms for name in (owner.metric, find_counterpart(owner.metric, names))}
    shown = sorted(name for name in wanted if name in names)
    return _drawn(curves(session, trials.name, shown, calls=calls)) if shown else {}


def histories(trials: Trials, drawn: Curves) -> tuple[History, ...]:
    """From what was pulled, and curves of any metrics of any of the training jobs."""
    known = trials.algorithms
    parts = zip(known, definitions(trials.description), strict=True)
    own = {owner.name: [each for each in trials.records if algorithm_of(each, known) == owner] for owner in known}
    return tuple(_history(trials, owner, definition, own[owner.name], drawn) for owner, definition in parts)


def _history(
    trials: Trials, owner: Algorithm, definition: Mapping[str, Any], records: Sequence[Record], drawn: Curves
) -> History:
    config = trials.description["HyperParameterTuningJobConfig"]
    declared = Space.of(definition.get("HyperParameterRanges") or config.get("ParameterRanges", {})).axes
    names = {axis.name for axis in declared}
    undeclared = tuple(_undeclared(records, owner, names))
    metrics = dict.fromkeys(name for record in records for name in (*record.metric_names, *record.metrics))
    return History(
        runs=tuple(_run(record, owner, (*declared, *undeclared), drawn.get(record.name, {})) for record in records),
        axes=(*declared, *undeclared),
        metric=owner.metric,
        is_maximized=owner.is_maximized,
        training_metric=find_counterpart(owner.metric, metrics),
        limits=_limits(trials, definition),
        is_adaptive=config.get("Strategy", "Bayesian") in _LEARNING,
        static={name: decode(text) for name, text in owner.static.items()},
        undeclared=frozenset(axis.name for axis in undeclared),
        name=owner.name,
    )


def _run(record: Record, owner: Algorithm, axes: Sequence[Axis], drawn: Mapping[str, Curve]) -> Run:
    job, texts = record.job, record.hyperparameters
    started, ended = job.get("TrainingStartTime"), job.get("TrainingEndTime")
    return Run(
        name=record.name,
        hyperparameters={axis.name: _value(axis, texts[axis.name]) for axis in axes if axis.name in texts},
        objective=objective_of(record, owner),
        status=record.status,
        metrics=record.metrics,
        curves=drawn,
        seconds=ended - started if started and ended else None,
        reason=str(job.get("SecondaryStatus", "")),
    )


def _value(axis: Axis, text: str) -> Scalar:
    """A number of a range of numbers; a choice's text as the service carries it."""
    if isinstance(axis, Category):
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _undeclared(records: Sequence[Record], owner: Algorithm, declared: set[str]) -> Iterator[Axis]:
    """What Autotune searched: nobody says its ranges, so they reach from the lowest to the highest value seen."""
    names = dict.fromkeys(name for record in records for name in tuned_names(record, owner) if name not in declared)
    for name in names:
        texts = [record.hyperparameters[name] for record in records if name in record.hyperparameters]
        try:
            values = [float(text) for text in texts]
        except ValueError:
            yield Category(name, tuple(sorted(set(texts))))
            continue
        low, high = min(values), max(values)
        if math.isfinite(high - low) and low < high:
            yield Number(name, low, high, "Logarithmic" if low > 0 and high / low >= _DECADES else "Linear")


def _limits(trials: Trials, definition: Mapping[str, Any]) -> Limits:
    description = trials.description
    resources = description["HyperParameterTuningJobConfig"].get("ResourceLimits", {})
    ended = description.get("HyperParameterTuningEndTime")
    jobs = resources.get("MaxNumberOfTrainingJobs")
    return Limits(
        jobs=jobs if len(trials.algorithms) == 1 else None,  # several algorithms share them
        job_seconds=definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
        seconds=resources.get("MaxRuntimeInSeconds"),
        used_seconds=ended - description["CreationTime"] if ended else None,
        status=trials.status,
    )


def _drawn(frame: Any) -> Curves:
    """The DataFrame of `smtune.results.curves`, sorted out."""
    found: dict[str, dict[str, Curve]] = {}
    for (job, metric), part in frame.groupby(["training_job", "metric"], sort=False):
        points = zip(part["step"].tolist(), part["value"].tolist(), strict=True)
        found.setdefault(str(job), {})[str(metric)] = tuple(points)
    return found
