"""What a metric's name says: whether it is a rate, how it becomes a loss, and what tells how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from smtune.diagnosis.measured import Chance
from smtune.diagnosis.quantity import Number, read_number, read_rate
from smtune.errors import UsageError

_ERRORS = frozenset({"error", "merror"})
_HITS = frozenset({"accuracy", "binary_classification_accuracy", "multiclass_accuracy"})
"""Each row counts once, and is right or wrong."""
_SCORES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "binary_classification_accuracy",
        "multiclass_accuracy",
        "auc",
        "aucpr",
        "f1",
        "f1_binary",
        "f1_macro",
        "f1_micro",
        "f1_weighted",
        "precision",
        "recall",
        "map",
        "ndcg",
    }
)
_LOSSES = frozenset({"rmse", "rmsle", "mae", "mse", "mape", "logloss", "mlogloss"})


@dataclass(frozen=True)
class Kind:
    """A metric without the set it is measured on."""

    name: str
    form: Literal["error", "score", "loss", "r2"]

    @property
    def chance(self) -> Chance:
        """What rows say about the chance in it."""
        if self.name in _ERRORS | _HITS:
            return "rate"
        return "auc" if self.name == "auc" else "other"

    @property
    def rate(self) -> bool:
        return self.form in ("error", "score")

    @property
    def loss(self) -> str:
        return f"1 - {self.name}" if self.form in ("score", "r2") else self.name

    def to_loss(self, name: str, value: Number) -> Decimal:
        """The metric's value as a loss."""
        number = read_rate(name, value) if self.rate else read_number(name, value)
        return _positive(name, 1 - number if self.form in ("score", "r2") else number, self.loss)

    def read_loss(self, name: str, value: Number) -> Decimal:
        """A value that is a loss already."""
        return read_rate(name, value) if self.rate else _positive(name, read_number(name, value), self.loss)


def kind_of(metric: str) -> Kind:
    """The kind of a metric by its name, as in `validation:rmse`; raises UsageError for one that is not known."""
    name = metric.rpartition(":")[2]
    if name in _ERRORS:
        return Kind(name, "error")
    if name in _SCORES:
        return Kind(name, "score")
    if name in _LOSSES:
        return Kind(name, "loss")
    if name == "r2":
        return Kind(name, "r2")
    known = ", ".join(sorted(_ERRORS | _SCORES | _LOSSES | {"r2"}))
    message = f"the metric {metric!r} is not known; use one of {known}, or turn the values to error rates"
    raise UsageError(message)


def _positive(name: str, loss: Decimal, label: str) -> Decimal:
    if loss < 0:
        message = f"{name} makes {label} {loss}, which is below 0; check the metric's name and the value"
        raise UsageError(message)
    return loss
