"""Learning curves of the best and of the median training job: training and validation, one metric."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smtune.metric_lab.metric_name import metric_name
from smtune.reporting.model import Curve, Role, Row
from smtune.reporting.sample import spread
from smtune.results import Calls, Trials, curves

if TYPE_CHECKING:
    import pandas as pd

_POINTS = 400
_PLACES = ("train", "validation")


def chosen_jobs(ranked: Sequence[Row]) -> tuple[tuple[Role, Row], ...]:
    """The best training job and the one in the middle, of those with an objective; one alone is the best."""
    if not ranked:
        return ()
    middle = ranked[len(ranked) // 2]
    return (("best", ranked[0]), ("median", middle)) if middle is not ranked[0] else (("best", ranked[0]),)


def pair_of(metric: str, known: Collection[str]) -> dict[str, str]:
    """Place -> the metric that is shown of it: `metric` itself, and its like on the other set where there is one."""
    if metric not in known:
        return {}
    place, _, kind = metric_name(metric).rpartition(":")
    found = {place if place in _PLACES else "validation": metric}
    for name in sorted(known):
        other, _, same = metric_name(name).rpartition(":")
        if same == kind and other in _PLACES:
            found.setdefault(other, name)
    return {each: found[each] for each in _PLACES if each in found}


def learning_curves(
    calls: Calls, trials: Trials, jobs: Sequence[tuple[Role, Row]], pair: Mapping[str, str]
) -> tuple[Curve, ...]:
    """Every point of the metrics in `pair`, at most 400 a curve; nothing of a metric that was printed once."""
    names = [row.name for _, row in jobs]
    frame = curves(calls.session, trials.name, list(pair.values()), names, calls=calls)
    found = [_curve(frame, role, row, place, name) for role, row in jobs for place, name in pair.items()]
    return tuple(curve for curve in found if len(curve.steps) > 1)


def metrics_of(trials: Trials, jobs: Sequence[tuple[Role, Row]]) -> set[str]:
    """The metrics that these training jobs have values of."""
    names = {row.name for _, row in jobs}
    records = [record for record in trials.records if record.name in names]
    return {metric for record in records for metric in record.metric_names if metric in record.metrics}


def _curve(frame: pd.DataFrame, role: Role, row: Row, place: str, metric: str) -> Curve:
    own = frame[(frame["training_job"] == row.name) & (frame["metric"] == metric)]
    points: Any = zip(own["step"].tolist(), own["value"].tolist(), strict=True)
    finite = [(step, value) for step, value in points if math.isfinite(value)]
    kept = spread(finite, _POINTS)
    return Curve(
        role=role,
        training_job=row.name,
        objective=row.objective or 0.0,
        metric=metric,
        place=place,
        steps=tuple(float(step) for step, _ in kept),
        values=tuple(float(value) for _, value in kept),
        lost=len(own) - len(finite),
    )
