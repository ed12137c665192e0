"""`diagnose_metrics`: the entry for whatever metric the training jobs report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Unpack

from smtune.diagnosis.conclusion import conclude
from smtune.diagnosis.kind import Kind, kind_of
from smtune.diagnosis.level import SETS, Level, Place
from smtune.diagnosis.measured import Loss, level_of
from smtune.diagnosis.model import Diagnosis, Errors
from smtune.diagnosis.quantity import EXACT, Number
from smtune.diagnosis.rates import rate_scale
from smtune.diagnosis.reference import Human, read_reference
from smtune.diagnosis.rule import RATE_FLOOR
from smtune.diagnosis.scale import Scale
from smtune.diagnosis.setting import Circumstances, Setting
from smtune.errors import UsageError

FLOOR_OF_SPAN = Decimal("0.02")
"""For a metric without a scale of its own, of the span from baseline to human level. A convention: where the
span is that of a balanced binary error (0.5 to about 0.01), it is the 1 point used for rates."""


def diagnose_metrics(
    values: Mapping[str, Loss],
    *,
    metric: str,
    human_error: Human = None,
    baseline_error: Number | None = None,
    **circumstances: Unpack[Circumstances],
) -> Diagnosis:
    """As `diagnose`, for the metric of a training job.

    Args:
        values: By set (`train`, `validation`, and if known `train_dev`, `test`), as the metric reports them; with rows
            (`"0.94/1500"`) where each row is right or wrong, else as `Measured` with a standard error.
        metric: Its name, as in `accuracy` or `validation:rmse`.
        human_error: Human level as a LOSS: 1 - accuracy, 1 - auc, 1 - r2, or the rmse itself.
        baseline_error: The loss of a model that ignores its input (for rmse the standard deviation of the
            target), needed for metrics without a scale of their own. For r2 it is 1 unless given.
        circumstances: As in `diagnose`.

    Without both `human_error` and `baseline_error` a metric such as rmse gets gaps but no verdicts.

    Raises:
        UsageError: an unknown metric or set, a missing set, a value out of range, a baseline for a rate, or a
            baseline that is no worse than human level.
    """
    kind, setting = kind_of(metric), Setting.of(circumstances)
    with localcontext(EXACT):
        reference = read_reference(human_error, kind.read_loss, kind.chance, setting.confidence)
        levels = _read(values, kind) | ({} if reference is None else {"human": reference.level})
        errors = Errors(
            train=levels["train"],
            validation=levels["validation"],
            human=levels.get("human"),
            train_dev=levels.get("train_dev"),
            test=levels.get("test"),
            one_pool=setting.one_pool,
            jobs=setting.jobs,
        )
        return conclude(errors, _scale(errors, metric, kind, baseline_error), setting, reference)


def _scale(errors: Errors, metric: str, kind: Kind, baseline_error: Number | None) -> Scale:
    if kind.rate and baseline_error is not None:
        message = f"{metric} is a rate and needs no baseline; leave baseline_error out"
        raise UsageError(message)
    if kind.rate:
        return rate_scale(errors, metric, kind.loss, RATE_FLOOR)
    baseline = 1 if kind.form == "r2" and baseline_error is None else baseline_error
    return Scale(metric, kind.loss, rate=False, floor=_floor(errors, kind, baseline))


def _read(values: Mapping[str, Loss], kind: Kind) -> dict[Place, Level]:
    unknown = ", ".join(repr(name) for name in values if name not in SETS)
    if unknown:
        message = f"values has {unknown}; the sets are {', '.join(SETS)}"
        raise UsageError(message)
    for name in ("train", "validation"):
        if name not in values:
            message = (
                f"values has no {name!r}: bias and variance cannot be told apart without it; let the "
                "training job report the metric on that set, or score the set with the model"
            )
            raise UsageError(message)
    return {name: level_of(name, name, values[name], kind.to_loss, kind.chance) for name in SETS if name in values}


def _floor(errors: Errors, kind: Kind, baseline_error: Number | None) -> Decimal | None:
    if baseline_error is None:
        return None
    baseline = kind.read_loss("baseline_error", baseline_error)
    if errors.human is None:
        return None
    if baseline <= errors.human.value:
        message = (
            f"baseline_error ({baseline}) is no worse than human_error ({errors.human.value}); both are "
            "losses: give the loss of a model that ignores its input, as in the standard deviation of "
            "the target for rmse"
        )
        raise UsageError(message)
    return FLOOR_OF_SPAN * (baseline - errors.human.value)
