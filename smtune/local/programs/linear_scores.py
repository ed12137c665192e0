"""The final metrics of the built-in linear learner, and the threshold of its binary classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics as measures

Array = npt.NDArray[Any]
Values = Mapping[str, Any]
Scores = dict[str, tuple[float, bool]]
"""Name in the log -> value, and whether it is a loss."""

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "binary_classifier": (
        "objective_loss", "binary_classification_accuracy", "binary_f_beta", "precision", "recall", "roc_auc_score",
    ),
    "multiclass_classifier": (
        "objective_loss", "multiclass_accuracy", "multiclass_top_k_accuracy", "macro_precision", "macro_recall",
        "macro_f_beta",
    ),
    "regressor": ("objective_loss", "mse", "absolute_loss", "rmse"),
}  # fmt: skip
"""The metrics of a predictor, as a tuning job names them."""


def threshold(margins: Array, labels: Array, values: Values) -> float:
    """The margin from which a row counts as positive, by `binary_classifier_model_selection_criteria`."""
    criterion = values["binary_classifier_model_selection_criteria"]
    if criterion in ("cross_entropy_loss", "loss_function") or len(np.unique(labels)) < 2:
        return 0.0
    order = np.argsort(-margins, kind="stable")
    sorted_margins, positive = margins[order], labels[order] > 0
    ends = np.flatnonzero(np.append(np.diff(sorted_margins) != 0, True))
    hits, called = np.cumsum(positive)[ends], ends + 1.0
    precision, recall = hits / called, hits / positive.sum()
    if criterion == "accuracy":
        goodness = hits + (~positive).sum() - (called - hits)
    elif criterion == "precision_at_target_recall":
        goodness = np.where(recall >= values["target_recall"], precision, -1)
    elif criterion == "recall_at_target_precision":
        goodness = np.where(precision >= values["target_precision"], recall, -1)
    else:
        square = 1.0 if criterion == "f1" else values["f_beta"] ** 2
        goodness = (1 + square) * hits / (square * positive.sum() + called)
    best = int(np.argmax(goodness))
    after = sorted_margins[ends[best] + 1] if best + 1 < len(ends) else sorted_margins[-1] - 1
    return float((sorted_margins[ends[best]] + after) / 2)


def final_scores(margins: Array, labels: Array, values: Values, cut: float) -> Scores:
    """All metrics but the objective's; `cut` is the threshold of a binary classifier."""
    if values["predictor_type"] == "regressor":
        mse = float(np.mean((margins - labels) ** 2))
        absolute = float(np.mean(np.abs(margins - labels)))
        return {"mse": (mse, True), "absolute_loss": (absolute, True), "rmse": (float(np.sqrt(mse)), True)}
    if values["predictor_type"] == "binary_classifier":
        return _binary(margins, labels, values, cut)
    return _multiclass(margins, labels, values)


def _binary(margins: Array, labels: Array, values: Values, cut: float) -> Scores:
    called, truth, beta = margins >= cut, labels > 0, values["f_beta"]
    found: Scores = {
        "binary_classification_accuracy": (float(np.mean(called == truth)), False),
        f"binary_f_{beta:.3f}": (float(measures.fbeta_score(truth, called, beta=beta, zero_division=0)), False),
        "precision": (float(measures.precision_score(truth, called, zero_division=0)), False),
        "recall": (float(measures.recall_score(truth, called, zero_division=0)), False),
    }
    if len(np.unique(truth)) == 2:
        found["roc_auc_score"] = (float(measures.roc_auc_score(truth, margins)), False)
    return found


def _multiclass(margins: Array, labels: Array, values: Values) -> Scores:
    called, beta = margins.argmax(axis=1), values["f_beta"]
    top = min(values["accuracy_top_k"], margins.shape[1])
    ranked = np.argsort(-margins, axis=1, kind="stable")[:, :top]
    average: dict[str, Any] = {"average": "macro", "zero_division": 0}
    return {
        "multiclass_accuracy": (float(np.mean(called == labels)), False),
        f"multiclass_top_k_accuracy_{top}": (float(np.mean((ranked == labels[:, None]).any(axis=1))), False),
        "macro_precision": (float(measures.precision_score(labels, called, **average)), False),
        "macro_recall": (float(measures.recall_score(labels, called, **average)), False),
        f"macro_f_{beta:.3f}": (float(measures.fbeta_score(labels, called, beta=beta, **average)), False),
    }
