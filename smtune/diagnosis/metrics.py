"""`diagnose_metrics`: the entry for whatever metric the training jobs report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Literal

from smtune.diagnosis.conclusion import conclude
from smtune.diagnosis.model import Diagnosis, Errors, Level, Place
from smtune.diagnosis.quantity import EXACT, Number, read_number, read_rate
from smtune.diagnosis.rates import rate_scale
from smtune.diagnosis.rule import RATE_FLOOR
from smtune.diagnosis.scale import Scale
from smtune.errors import UsageError

FLOOR_OF_SPAN = Decimal("0.02")
"""For a metric without a scale of its own, of the span from baseline to human level. A convention: where the
span is that of a balanced binary error (0.5 to about 0.01), it is the 1 point used for rates."""

_ERRORS = frozenset({"error", "merror"})
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
_SETS: dict[str, Place] = {
    "train": "train",
    "train_dev": "train_dev",
    "validation": "validation",
    "test": "test",
}


@dataclass(frozen=True)
class _Kind:
    name: str
    form: Literal["error", "score", "loss", "r2"]

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


def diagnose_metrics(
    values: Mapping[str, Number],
    *,
    metric: str,
    human_error: Number | None = None,
    baseline_error: Number | None = None,
    algorithm: str | None = None,
    one_pool: bool = False,
) -> Diagnosis:
    """As `diagnose`, for the metric of a training job.

    Args:
        values: By set (`train`, `validation`, and if known `train_dev`, `test`), as the metric reports them.
        metric: Its name, as in `accuracy` or `validation:rmse`.
        human_error: Human level as a LOSS: 1 - accuracy, 1 - auc, 1 - r2, or the rmse itself.
        baseline_error: The loss of a model that ignores its input (for rmse the standard deviation of the
            target), needed for metrics without a scale of their own. For r2 it is 1 unless given.
        algorithm, one_pool: As in `diagnose`.

    Without both `human_error` and `baseline_error` a metric such as rmse gets gaps but no verdicts.

    Raises:
        UsageError: an unknown metric or set, a missing set, a value out of range, a baseline for a rate, or a
            baseline that is no worse than human level.
    """
    kind = _kind(metric)
    with localcontext(EXACT):
        errors = replace(_read(values, kind, human_error), one_pool=one_pool)
        if kind.rate:
            if baseline_error is not None:
                message = f"{metric} is a rate and needs no baseline; leave baseline_error out"
                raise UsageError(message)
            return conclude(errors, rate_scale(errors, metric, kind.loss, RATE_FLOOR), algorithm)
        baseline = 1 if kind.form == "r2" and baseline_error is None else baseline_error
        floor = _floor(errors, kind, baseline)
        return conclude(errors, Scale(metric, kind.loss, rate=False, floor=floor), algorithm)


def _kind(metric: str) -> _Kind:
    name = metric.rpartition(":")[2]
    if name in _ERRORS:
        return _Kind(name, "error")
    if name in _SCORES:
        return _Kind(name, "score")
    if name in _LOSSES:
        return _Kind(name, "loss")
    if name == "r2":
        return _Kind(name, "r2")
    known = ", ".join(sorted(_ERRORS | _SCORES | _LOSSES | {"r2"}))
    message = f"the metric {metric!r} is not known; use one of {known}, or turn the values to error rates"
    raise UsageError(message)


def _read(values: Mapping[str, Number], kind: _Kind, human_error: Number | None) -> Errors:
    unknown = ", ".join(repr(name) for name in values if name not in _SETS)
    if unknown:
        message = f"values has {unknown}; the sets are {', '.join(_SETS)}"
        raise UsageError(message)
    for name in ("train", "validation"):
        if name not in values:
            message = (
                f"values has no {name!r}: bias and variance cannot be told apart without it; let the "
                "training job report the metric on that set, or score the set with the model"
            )
            raise UsageError(message)
    levels = {place: Level(place, kind.to_loss(name, values[name])) for name, place in _SETS.items() if name in values}
    human = None if human_error is None else Level("human", kind.read_loss("human_error", human_error))
    return Errors(levels["train"], levels["validation"], human, levels.get("train_dev"), levels.get("test"))


def _floor(errors: Errors, kind: _Kind, baseline_error: Number | None) -> Decimal | None:
    if errors.human is None or baseline_error is None:
        return None
    baseline = kind.read_loss("baseline_error", baseline_error)
    if baseline <= errors.human.value:
        message = (
            f"baseline_error ({baseline}) is no worse than human_error ({errors.human.value}); both are "
            "losses: give the loss of a model that ignores its input, as in the standard deviation of "
            "the target for rmse"
        )
        raise UsageError(message)
    return FLOOR_OF_SPAN * (baseline - errors.human.value)


def _positive(name: str, loss: Decimal, label: str) -> Decimal:
    if loss < 0:
        message = f"{name} makes {label} {loss}, which is below 0; check the metric's name and the value"
        raise UsageError(message)
    return loss
