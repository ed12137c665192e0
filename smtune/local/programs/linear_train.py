"""The built-in linear learner as a program on this machine: `python -m smtune.local.programs.linear_train train`.

Mini-batches with the documented losses, optimizers, regularisation, normalisation, early stopping and choice of a
threshold. One model is trained, as in a tuning job of the service (`num_models`). It leaves `model/model.npz`; the
service's own model file is another.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from smtune.local.programs.channels import read_channel
from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import TrainingFolder, read_folder, save_bytes
from smtune.local.programs.given import given_values, tuned_metric, unsupported
from smtune.local.programs.linear_losses import LOSSES, OF_PREDICTOR, Loss
from smtune.local.programs.linear_model import Array, Data, LinearModel, Trainer, resolved
from smtune.local.programs.linear_scores import COMPUTED, final_scores, threshold
from smtune.local.programs.quality import check_objective, report, report_all, run_algorithm

Rows = tuple[Array, Array]
"""Features and labels."""


@dataclass(frozen=True)
class Scale:
    """How features and labels are moved and stretched for training."""

    center: Array
    width: Array
    label_center: float = 0.0
    label_width: float = 1.0

    def apply(self, rows: Rows) -> Rows:
        """Rows as the model sees them."""
        return (rows[0] - self.center) / self.width, (rows[1] - self.label_center) / self.label_width


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code."""
    return run_algorithm(train, arguments)


def train(base: Path) -> None:
    """Fit, report and save; raises UserError."""
    job = read_folder(base)
    values = resolved(given_values("linear-learner", job.hyperparameters))
    unsupported(values, "num_models", "auto", 1)
    loss = _loss(values)
    computed = dict.fromkeys(COMPUTED[values["predictor_type"]])
    check_objective(tuned_metric(job.hyperparameters), job.channels, computed)
    data = _channels(job, values)
    scale = _scale(data["train"], values)
    scaled = {name: scale.apply(rows) for name, rows in data.items()}
    model = _fitted(loss, values, scaled, _row_weights(data["train"][1], values))
    cut = _cut(model, scaled.get("validation", scaled["train"]), values)
    for name, rows in scaled.items():
        report(name, f"{loss.name}_objective", _objective(loss, model, rows, values), loss=True)
        margins = model.margins(rows[0]) * scale.label_width + scale.label_center
        report_all(name, final_scores(margins, data[name][1], values, cut))
    _save(base, model, scale, cut)


def _fitted(loss: Loss, values: Mapping[str, Any], scaled: Mapping[str, Rows], weights: Array) -> LinearModel:
    """A model; its objective is reported after each epoch."""

    def after_epoch(epoch: int, model: LinearModel) -> float:
        judged = float("nan")
        for name in (name for name in ("train", "validation") if name in scaled):
            judged = _objective(loss, model, scaled[name], values)
            report(name, f"{loss.name}_objective", judged, loss=True, epoch=epoch)
        return judged  # the last one: validation's, where there is any

    outputs = values["num_classes"] if _is_multiclass(values) else 1
    return Trainer(loss, values, outputs, after_epoch).fit(Data(*scaled["train"], weights))


def _loss(values: Mapping[str, Any]) -> Loss:
    predictor, chosen = values["predictor_type"], values["loss"]
    possible = OF_PREDICTOR[predictor]
    if chosen == "auto":
        return LOSSES[possible[0]]
    if chosen not in possible:
        message = f"loss: {chosen} is not for predictor_type {predictor}, which takes {', '.join(possible)}"
        raise UserError(message)
    return LOSSES[chosen]


def _is_multiclass(values: Mapping[str, Any]) -> bool:
    return bool(values["predictor_type"] == "multiclass_classifier")


def _channels(job: TrainingFolder, values: Mapping[str, Any]) -> dict[str, Rows]:
    """The rows of every channel there is; raises UserError without training data."""
    found = {name: rows for name in ("train", "validation", "test") if (rows := _rows(job, name, values)) is not None}
    if "train" not in found:
        message = "channel train is missing"
        raise UserError(message)
    widths = {name: rows[0].shape[1] for name, rows in found.items()}
    other = next((name for name in widths if widths[name] != widths["train"]), None)
    if other is not None:
        message = f"channel {other} has {widths[other]} features, and channel train has {widths['train']}"
        raise UserError(message)
    return found


def _rows(job: TrainingFolder, name: str, values: Mapping[str, Any]) -> Rows | None:
    width = None if values["feature_dim"] == "auto" else values["feature_dim"]
    table = read_channel(job, name, labelled=True, width=width)
    if table is None:
        return None
    labels = table.labels.astype(np.float64)
    classes = {"binary_classifier": 2, "multiclass_classifier": values.get("num_classes", 0)}
    count = classes.get(values["predictor_type"])
    if count is not None and not ((labels >= 0) & (labels < count) & (labels % 1 == 0)).all():
        odd = labels[(labels < 0) | (labels >= count) | (labels % 1 != 0)][0]
        message = f"channel {name}: labels are 0 to {count - 1} for {values['predictor_type']}, found {odd:g}"
        raise UserError(message)
    return table.features.astype(np.float64), labels


def _scale(rows: Rows, values: Mapping[str, Any]) -> Scale:
    """From the first `num_point_for_scaler` rows: labels are scaled for a regressor only."""
    features, labels = (each[: values["num_point_for_scaler"]] for each in rows)
    regression = values["predictor_type"] == "regressor"
    center, width = features.mean(axis=0), features.std(axis=0)
    stretched = values["normalize_data"] is not False
    moved = values["unbias_data"] is not False if values["unbias_data"] != "auto" else stretched
    narrow = regression and values["normalize_label"] is not False
    shifted = regression and (values["unbias_label"] is not False if values["unbias_label"] != "auto" else narrow)
    return Scale(
        center if moved else np.zeros_like(center),
        np.where(width > 0, width, 1.0) if stretched else np.ones_like(width),
        float(labels.mean()) if shifted else 0.0,
        float(labels.std() or 1.0) if narrow else 1.0,
    )


def _row_weights(labels: Array, values: Mapping[str, Any]) -> Array:
    """How much each row counts in training."""
    if values["predictor_type"] == "binary_classifier":
        given, positive = values["positive_example_weight_mult"], labels > 0
        balanced = (~positive).sum() / max(positive.sum(), 1)
        return np.where(positive, {"balanced": balanced, "auto": 1.0}.get(given, given), 1.0)
    if _is_multiclass(values) and values["balance_multiclass_weights"]:
        counts = np.bincount(labels.astype(int), minlength=values["num_classes"])
        return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[labels.astype(int)]))
    return np.ones(len(labels))


def _objective(loss: Loss, model: LinearModel, rows: Rows, values: Mapping[str, Any]) -> float:
    return float(loss.value(model.margins(rows[0]), rows[1], values).mean())


def _cut(model: LinearModel, rows: Rows, values: Mapping[str, Any]) -> float:
    if values["predictor_type"] != "binary_classifier":
        return 0.0
    return threshold(model.margins(rows[0]), rows[1], values)


def _save(base: Path, model: LinearModel, scale: Scale, cut: float) -> None:
    buffer = io.BytesIO()
    label = np.array([scale.label_center, scale.label_width])
    inputs: dict[str, Any] = {"center": scale.center, "width": scale.width, "label": label, "threshold": np.array(cut)}
    np.savez(buffer, weights=model.weights, bias=model.bias, **inputs)
    save_bytes(base / "model" / "model.npz", buffer.getvalue())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
