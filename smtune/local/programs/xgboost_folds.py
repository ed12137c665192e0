"""Cross validation inside one job, as the container does it for `_kfold` and `_num_cv_round`.

The folds are cut from train and validation together, yet each model is watched on the whole of both channels:
that is the container's way, and its numbers are optimistic. Unlike there, the folds follow from `seed`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from smtune.local.programs.tables import Table
from smtune.local.programs.xgboost_data import matrix
from smtune.local.programs.xgboost_training import MODEL, Job, save, train_model

_LOG = logging.getLogger(__name__)


def cross_validate(job: Job, table: Table, watched: Sequence[tuple[Any, str]]) -> None:
    """Train and save one model a fold; print each repetition's mean metrics, then the overall ones.

    `output/data/predictions.csv` gets a line a row: label, prediction (of classes: probability, class).
    """
    params = job.params
    folds, repeats = params["_kfold"], params.get("_num_cv_round", 1)
    classes = "num_class" in params or params.get("objective", "").startswith("binary:")
    splitter = RepeatedStratifiedKFold if classes else RepeatedKFold
    split = splitter(n_splits=folds, n_repeats=repeats, random_state=params.get("seed", 0) % 2**32)
    rows, whole = np.arange(len(table.labels)), matrix(table)
    _LOG.info("Run %d-round of %d-fold cross validation with %d rows", repeats, folds, len(rows))
    predictions: list[list[Any]] = [[] for _ in rows]
    results: list[Any] = []
    for fitted, held_out in split.split(rows, table.labels if classes else None):
        name = f"{MODEL}-{len(results)}"
        _LOG.info("Train cross validation fold %d", len(results) % folds + 1)
        model, result = train_model(job, whole.slice(fitted), watched, name)
        save(job, model, name)
        results.append(result)
        for row, prediction in zip(held_out, model.predict(whole.slice(held_out)), strict=True):
            predictions[row].append(prediction)
        if len(results) % folds == 0:
            _LOG.info("The metrics of round %d cross validation", len(results) // folds)
            print(_mean_line(params["num_round"], results[-folds:]), flush=True)
    _save_predictions(job, table, [_summary(each, classes=classes) for each in predictions])
    if repeats > 1:
        _LOG.info("The overall metrics of %d-round cross validation", repeats)
        print(_mean_line(params["num_round"], results), flush=True)


def _mean_line(num_round: int, results: Sequence[Any]) -> str:
    line = f"[{num_round}]"
    for metric in results[0]["train"]:
        for data in results[0]:
            line += f"\t{data}-{metric}:{np.mean([result[data][metric][-1] for result in results]):.5f}"
    return line


def _summary(predictions: Sequence[Any], *, classes: bool) -> list[float]:
    """A row's predictions over the repetitions as one: the mean, and for classes the commonest class."""
    if not classes:
        return [float(np.mean(predictions, dtype=np.float64))]
    if np.ndim(predictions) > 1:
        chosen, sure = np.argmax(predictions, axis=1), np.max(predictions, axis=1)
    else:
        chosen, sure = (np.asarray(predictions) > 0.5).astype(int), np.asarray(predictions)
    return [float(sure.mean(dtype=np.float64)), float(np.bincount(chosen).argmax())]


def _save_predictions(job: Job, table: Table, summaries: Sequence[Sequence[float]]) -> None:
    folder = job.base / "output" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    _LOG.info("Storing predictions on validation set(s) in %s", folder / "predictions.csv")
    np.savetxt(folder / "predictions.csv", np.column_stack([table.labels, summaries]), delimiter=",", fmt="%f")
