"""What is measured of each training: a metric on the validation rows and on the training rows, as a loss. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from smtune.diagnosis.kind import Kind, kind_of
from smtune.errors import UsageError


@dataclass(frozen=True)
class Measure:
    """A metric on both sets, and how it becomes a loss."""

    metric: str
    train_metric: str | None
    """None where the training jobs do not report it."""
    form: str
    """`loss` as it is, `complement` for 1 - metric, `negative` for -metric."""

    @property
    def label(self) -> str:
        """The loss in words, as in `1 - validation:auc`."""
        return {"loss": "", "complement": "1 - ", "negative": "-"}[self.form] + self.metric

    @property
    def is_floored(self) -> bool:
        """Whether the loss cannot be below 0."""
        return self.form == "complement" or (self.form == "loss" and _known(self.metric) is not None)

    def validation(self, metrics: Mapping[str, float]) -> float | None:
        """The loss on the validation rows; None where there is none that is finite."""
        return self._loss(metrics.get(self.metric))

    def training(self, metrics: Mapping[str, float]) -> float | None:
        """The loss on the training rows; None where there is none that is finite."""
        return None if self.train_metric is None else self._loss(metrics.get(self.train_metric))

    def _loss(self, value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return {"loss": value, "complement": 1 - value, "negative": -value}[self.form]


def measure(names: Names, metrics: Mapping[str, float], *, objective: str, is_maximized: bool) -> Measure:
    """What to measure, given what the best training job reports.

    Raises UsageError for a metric that it does not report, or of which nobody knows whether more is better.
    """
    metric = names.metric or objective
    for name in (metric, names.train_metric):
        if name is not None and name not in metrics:
            message = f"the best training job reports no {name}: it has {', '.join(sorted(metrics)) or 'no metrics'}"
            raise UsageError(message)
    train = names.train_metric or _like(metric, "train")
    form = _form(metric, metrics[metric], is_maximized if metric == objective else None)
    return Measure(metric, train if train in metrics and train != metric else None, form)


@dataclass(frozen=True)
class Names:
    """The metrics that somebody named."""

    metric: str | None = None
    train_metric: str | None = None


def _form(metric: str, value: float, is_maximized: bool | None) -> str:
    kind = _known(metric)
    if is_maximized is None:
        return _natural(kind or kind_of(metric))  # which says what is known
    if kind is None or (kind.form in ("score", "r2")) != is_maximized or (is_maximized and value > 1):
        return "negative" if is_maximized else "loss"
    return _natural(kind)


def _natural(kind: Kind) -> str:
    return "complement" if kind.form in ("score", "r2") else "loss"


def _known(metric: str) -> Kind | None:
    try:
        return kind_of(metric)
    except UsageError:
        return None


def _like(metric: str, place: str) -> str:
    """The name of the same quantity on another set."""
    return f"{place}:{metric.rpartition(':')[2]}"
