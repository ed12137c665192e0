"""The metrics the container computes itself, and the scoring of a finished model with any metric.

They are computed without row weights and rounded to six digits: up to version 1.7-1 from the raw margin, since 3.0-5
from the prediction, as if that were a margin. So the newer ones count every row of `binary:logistic` as positive, and
every class but 0 of `multi:softmax` as 1: here too, where the image is theirs. The formulas are scikit-learn's;
importing that library would take longer than many a training job here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from smtune.local.programs.failures import UserError
from smtune.local.programs.xgboost_data import load, matrix
from smtune.local.programs.xgboost_light import reason, xgb

Array = npt.NDArray[Any]
Scorer = Callable[[Array, Array], float]
"""Labels and raw margins (one a row, or one a row and class) to a number."""


def _classified(score: Callable[[Array, Array, Array, Array], float], *, binary: bool = False) -> Scorer:
    """A scorer from a function of four arrays, a value a class: hits, predictions, occurrences, is it 1.

    A class that neither occurs nor is predicted has no place in them.
    """

    def scorer(labels: Array, margins: Array) -> float:
        predicted = np.argmax(margins, axis=-1) if margins.ndim > 1 else (margins > 0).astype(int)
        if (labels != np.floor(labels)).any():
            message = f"a metric of classes needs labels that are whole numbers, found {labels[labels % 1 != 0][0]}"
            raise UserError(message)
        classes = np.union1d(labels, predicted)
        if binary and len(classes) > 2:
            message = "Target is multiclass but average='binary'"
            raise UserError(message)
        is_label, is_predicted = labels == classes[:, None], predicted == classes[:, None]
        hits = (is_label & is_predicted).sum(axis=1)
        return float(score(hits, is_predicted.sum(axis=1), is_label.sum(axis=1), classes == 1))

    return scorer


def _share(part: Array, whole: Array) -> Array:
    """The quotient, 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _precision(hits: Array, predicted: Array, _found: Array) -> Array:
    return _share(hits, predicted)


def _recall(hits: Array, _predicted: Array, found: Array) -> Array:
    return _share(hits, found)


def _f1(hits: Array, predicted: Array, found: Array) -> Array:
    return _share(2 * hits, predicted + found)


def _macro(of: Callable[[Array, Array, Array], Array]) -> Scorer:
    return _classified(lambda hits, predicted, found, _: of(hits, predicted, found).mean())


def _binary(of: Callable[[Array, Array, Array], Array]) -> Scorer:
    return _classified(lambda hits, predicted, found, one: of(hits, predicted, found)[one].sum(), binary=True)


def _regression(score: Callable[[Array, Array], float]) -> Scorer:
    def scorer(labels: Array, margins: Array) -> float:
        if margins.ndim > 1:
            message = "a metric of numbers needs one prediction a row; this objective predicts one for each class"
            raise UserError(message)
        return float(score(labels[:, None], margins[:, None]))  # a column, for scikit-learn's rounding

    return scorer


def _r2(labels: Array, margins: Array) -> float:
    residual = ((labels - margins) ** 2).sum(dtype=np.float64)
    total = ((labels - np.average(labels, axis=0)) ** 2).sum(dtype=np.float64)
    return float(1 - residual / total) if total else float(residual == 0)


_accuracy = _classified(lambda hits, _, found, __: hits.sum() / found.sum())
SCORERS: Mapping[str, Scorer] = MappingProxyType(
    {
        "accuracy": _accuracy,
        "balanced_accuracy": _classified(lambda hits, _, found, __: (hits[found > 0] / found[found > 0]).mean()),
        "f1": _macro(_f1),
        "f1_binary": _binary(_f1),
        "f1_macro": _macro(_f1),
        "mae": _regression(lambda labels, margins: np.average(np.abs(margins - labels), axis=0)[0]),
        "mse": _regression(lambda labels, margins: np.average((labels - margins) ** 2, axis=0)[0]),
        "precision": _binary(_precision),
        "precision_macro": _macro(_precision),
        "precision_micro": _accuracy,
        "r2": _regression(_r2),
        "recall": _binary(_recall),
        "recall_macro": _macro(_recall),
        "recall_micro": _accuracy,
        "rmse": _regression(lambda labels, margins: np.sqrt(np.average((labels - margins) ** 2, axis=0))[0]),
    }
)


class OwnMetrics(xgb.callback.TrainingCallback):  # type: ignore[misc]
    """Adds these metrics to each round's results; goes before the callbacks that read them."""

    def __init__(self, names: Sequence[str], watched: Sequence[tuple[Any, str]], *, margins: bool) -> None:
        super().__init__()
        self.names = names
        self.watched = watched
        self.margins = margins

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002  # xgboost's
        for rows, data in self.watched if self.names else ():
            predicted = model.predict(rows, output_margin=self.margins)
            for name in self.names:
                value = SCORERS[name](rows.get_label(), predicted)
                evals_log[data].setdefault(name, []).append(float(f"{value:f}"))
        return False


def evaluate(
    model_path: Path, data_dir: Path, content_type: str, metrics: Sequence[str]
) -> tuple[dict[str, float], int]:
    """A saved model's metrics on a folder of rows, and their number: what 1.7-1 prints in training for the same rows.

    Raises UserError for data, a model or a metric that cannot be used.
    """
    try:
        model = xgb.Booster(model_file=bytearray(model_path.read_bytes()))
        table = load([data_dir], content_type, csv_weights=model.attr("csv_weights") == "1")
        if table is None:
            message = f"no rows in {data_dir}"
            raise UserError(message)
        return _scores(model, matrix(table), list(dict.fromkeys(metrics))), len(table.labels)
    except (xgb.core.XGBoostError, ValueError, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else reason(error)
        message = f"cannot score {model_path.name} on {data_dir}: {said}"
        raise UserError(message) from error


def _scores(model: Any, rows: Any, metrics: list[str]) -> dict[str, float]:
    own = [name for name in metrics if name not in SCORERS]
    values: dict[str, float] = {}
    if own:
        model.set_param([("eval_metric", name) for name in own])
        printed = model.eval_set([(rows, "test")]).split("\t")[1:]
        values = dict(zip(own, (float(each.rpartition(":")[2]) for each in printed), strict=True))
    if len(own) < len(metrics):
        margins = model.predict(rows, output_margin=True)
        values |= {n: SCORERS[n](rows.get_label(), margins) for n in metrics if n in SCORERS}
    return {name: values[name] for name in metrics}
