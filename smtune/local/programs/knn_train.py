"""The built-in K-nearest neighbors as a program on this machine: `python -m smtune.local.programs.knn_train train`.

It keeps `sample_size` rows drawn at random, and predicts from the `k` nearest ones: the commonest label, or the mean.
Neighbors are exact, as with the service's default `index_type`, faiss.Flat; its other index types trade exactness for
speed. It leaves `model/model.npz`: the rows it kept and their labels; the service's own model file is another.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics.pairwise import cosine_distances, euclidean_distances

from smtune.local.programs.channels import read_channel
from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import read_folder, save_bytes
from smtune.local.programs.given import given_values, tuned_metric, unsupported
from smtune.local.programs.quality import check_objective, report, run_algorithm
from smtune.local.programs.tables import Floats

Array = npt.NDArray[Any]
_DISTANCES: Mapping[str, Callable[[Array, Array], Array]] = {
    "L2": lambda rows, kept: np.asarray(euclidean_distances(rows, kept, squared=True)),
    "COSINE": cosine_distances,
    "INNER_PRODUCT": lambda rows, kept: np.asarray(-(rows @ kept.T)),
}
_BLOCK = 1000
"""Rows whose distances are held at a time."""


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code."""
    return run_algorithm(train, arguments)


def train(base: Path) -> None:
    """Draw, report and save; raises UserError."""
    job = read_folder(base)
    values = given_values("knn", job.hyperparameters)
    unsupported(values, "dimension_reduction_type", "sign")
    classes = values["predictor_type"] == "classifier"
    check_objective(tuned_metric(job.hyperparameters), job.channels, {"accuracy" if classes else "mse": None})
    rows = read_channel(job, "train", labelled=True, width=values["feature_dim"])
    if rows is None:
        message = "channel train is missing"
        raise UserError(message)
    draw = np.random.default_rng(0)
    chosen = np.sort(draw.permutation(len(rows.labels))[: values["sample_size"]])
    if values["k"] > len(chosen):
        message = f"k is {values['k']}, but only {len(chosen)} rows are kept (sample_size)"
        raise UserError(message)
    reduce = _reduction(values, draw)
    kept, labels = reduce(rows.features[chosen]), rows.labels[chosen]
    held_out = read_channel(job, "test", labelled=True, width=values["feature_dim"])
    if held_out is not None:
        predicted = predict(reduce(held_out.features), (kept, labels), values)
        if classes:
            report("test", "accuracy", float(np.mean(predicted == held_out.labels)), loss=False)
        else:
            report("test", "mse", float(np.mean((predicted - held_out.labels) ** 2)), loss=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, rows=kept, labels=labels)
    save_bytes(base / "model" / "model.npz", buffer.getvalue())


def _reduction(values: Mapping[str, Any], draw: np.random.Generator) -> Callable[[Floats], Floats]:
    """What happens to the features first: nothing, or a projection with random signs onto fewer dimensions."""
    width = values["feature_dim"]
    if "dimension_reduction_type" not in values:
        return lambda rows: rows
    target = values["dimension_reduction_target"]
    if target >= width:
        message = f"dimension_reduction_target: {target} is not less than feature_dim, {width}"
        raise UserError(message)
    projection = (draw.choice([-1.0, 1.0], size=(width, target)) / np.sqrt(target)).astype(np.float32)
    return lambda rows: rows @ projection


def predict(rows: Floats, kept: tuple[Floats, Floats], values: Mapping[str, Any]) -> Array:
    """The label of each row, from its `k` nearest kept ones: of classes the commonest, the lowest where it is a tie."""
    distances, choose = _DISTANCES[values["index_metric"]], _CHOICES[values["predictor_type"]]
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    nearest = (np.argsort(distances(block, kept[0]), axis=1, kind="stable")[:, : values["k"]] for block in blocks)
    return np.concatenate([choose(kept[1][places]) for places in nearest])


def _commonest(labels: Array) -> Array:
    classes = np.unique(labels)
    votes: Array = np.stack([(labels == each).sum(axis=1) for each in classes])
    return np.asarray(classes[votes.argmax(axis=0)])


def _mean(labels: Array) -> Array:
    return np.asarray(labels.mean(axis=1, dtype=np.float64))


_CHOICES: Mapping[str, Callable[[Array], Array]] = {"classifier": _commonest, "regressor": _mean}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
