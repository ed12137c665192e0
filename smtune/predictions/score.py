"""A metric of some predictions, and its standard error where rows alone do not give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.diagnosis import Measured
from smtune.errors import UsageError, shown

Cells = npt.NDArray[Any]
_RESAMPLES = 200
"""A standard error of them is itself good to 5 %."""
_SEED = 0
_LEAST_UNITS = 10
"""In fewer rows or groups a bootstrap says nothing."""


@dataclass(frozen=True)
class _Metric:
    function: str
    """In sklearn.metrics: of labels and answers."""
    answer: str = "prediction"
    """The column that it takes, `prediction` or `score`."""
    is_numeric: bool = False
    """Whether labels are numbers to come close to, not classes."""
    is_binary: bool = False
    """Whether it is about the last of two classes, in the order of their names."""

    def compute(self, truth: Cells, answer: Cells) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, self.function)(truth, answer))


METRICS = {
    "error": _Metric("zero_one_loss"),
    "accuracy": _Metric("accuracy_score"),
    "f1": _Metric("f1_score", is_binary=True),
    "auc": _Metric("roc_auc_score", "score", is_binary=True),
    "logloss": _Metric("log_loss", "score", is_binary=True),
    "rmse": _Metric("root_mean_squared_error", is_numeric=True),
    "mae": _Metric("mean_absolute_error", is_numeric=True),
    "mse": _Metric("mean_squared_error", is_numeric=True),
    "r2": _Metric("r2_score", is_numeric=True),
}


def score(rows: pd.DataFrame, metric: str, source: str) -> Measured:
    """The metric of these rows. Rates of rows that stand alone carry their number, all else a standard error.

    Where there is a `group` (one patient's rows, one speaker's) whole groups are drawn, as they err together.

    Raises:
        UsageError: the metric is not known, its column is missing, a cell is no number, there is one class only.
    """
    known = METRICS.get(metric)
    if known is None:
        message = f"the metric {shown(metric)} is not computed from predictions; use one of {', '.join(METRICS)}"
        raise UsageError(message)
    if known.answer not in rows.columns:
        message = f"{source} has no column {known.answer}, which {metric} needs"
        raise UsageError(message)
    truth, answer = _cells(rows, known, source)
    value = known.compute(truth, answer)
    if metric in ("error", "accuracy") and "group" not in rows.columns:
        return Measured(value, len(rows))
    units = rows["group"].to_numpy(str) if "group" in rows.columns else np.arange(len(rows)).astype(str)

    def drawn(picked: npt.NDArray[np.intp]) -> float:
        if known.is_binary and len(np.unique(truth[picked])) < 2:
            return float("nan")
        return known.compute(truth[picked], answer[picked])

    error = standard_error(units, drawn)
    return Measured(value, len(rows) if error is not None else None, standard_error=error)


def standard_error(units: Cells, statistic: Callable[[npt.NDArray[np.intp]], float]) -> float | None:
    """By the bootstrap (Efron 1979) over units, each with all of its rows; None for too few to say."""
    from scipy import stats

    order = np.argsort(units, kind="stable")
    _, starts = np.unique(units[order], return_index=True)
    members = np.split(order, starts[1:])
    if len(members) < _LEAST_UNITS:
        return None

    def of(drawn: npt.NDArray[np.intp]) -> float:
        return statistic(np.concatenate([members[unit] for unit in drawn]))

    found = stats.bootstrap(
        (np.arange(len(members)),), of, n_resamples=_RESAMPLES, vectorized=False, method="percentile", rng=_SEED
    )
    known = found.bootstrap_distribution[np.isfinite(found.bootstrap_distribution)]  # a draw may lack a class
    return float(np.std(known, ddof=1)) if len(known) > _RESAMPLES // 2 else None


def _cells(rows: pd.DataFrame, metric: _Metric, source: str) -> tuple[Cells, Cells]:
    """Labels and answers as the metric takes them."""
    if metric.is_numeric:
        return _numbers(rows["label"], source), _numbers(rows[metric.answer], source)
    truth, answer = rows["label"].to_numpy(str), rows[metric.answer].to_numpy(str)
    if not metric.is_binary:
        return truth, answer
    classes = np.unique(truth if metric.answer == "score" else np.concatenate([truth, answer]))
    if len(classes) != 2:
        name = rows["set"].iloc[0]
        message = f"{source}: {name} has {len(classes)} classes in label; this metric takes two: use error instead"
        raise UsageError(message)
    if metric.answer == "score":
        return truth == classes[1], _numbers(rows["score"], source)
    return truth == classes[1], answer == classes[1]


def _numbers(column: pd.Series, source: str) -> Cells:
    found = pd.to_numeric(column, errors="coerce")
    if not np.isfinite(found).all():
        wrong = column[~np.isfinite(found)]
        message = f"{source}:{int(wrong.index[0]) + 2}: {column.name} is {shown(str(wrong.iloc[0]))}; it takes numbers"
        raise UsageError(message)
    return found.to_numpy(float)
