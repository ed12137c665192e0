"""The built-in k-means as a program on this machine: `python -m smtune.local.programs.kmeans_train train`.

As documented for the service it works in two steps: mini-batches find `k * extra_center_factor` centers, and Lloyd's
algorithm brings those down to `k`, each weighted with its number of rows. Both steps are scikit-learn's. It leaves
`model/model.joblib`, a fitted `sklearn.cluster.KMeans`; the service's own model file is another.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

from smtune.local.programs.channels import read_channel
from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.folder import read_folder, save_bytes
from smtune.local.programs.given import given_values, tuned_metric, unsupported
from smtune.local.programs.quality import check_objective, report, run_algorithm
from smtune.local.programs.tables import Floats

_INIT = {"random": "random", "kmeans++": "k-means++"}
_EXTRA = 4
"""What `extra_center_factor: auto` is here; the service does not say its own number."""
_TRIALS = 10
_METRICS = ("msd", "ssd")


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code."""
    return run_algorithm(train, arguments)


def train(base: Path) -> None:
    """Fit, report and save; raises UserError or AlgorithmError."""
    job = read_folder(base)
    values = given_values("kmeans", job.hyperparameters)
    unsupported(values, "half_life_time_size", 0)
    tuned = tuned_metric(job.hyperparameters)
    check_objective(tuned, job.channels, dict.fromkeys(_METRICS))
    rows = read_channel(job, "train", labelled=False, width=values["feature_dim"])
    if rows is None:
        message = "channel train is missing"
        raise UserError(message)
    try:
        model = fit(rows.features, values)
    except ValueError as error:
        message = f"K-means: {error}"
        raise AlgorithmError(message) from error
    held_out = read_channel(job, "test", labelled=False, width=values["feature_dim"])
    for data, table in (("train", rows), ("test", held_out)):
        if table is not None:
            _report(data, model.transform(table.features).min(axis=1) ** 2)
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    save_bytes(base / "model" / "model.joblib", buffer.getvalue())


def fit(rows: Floats, values: dict[str, Any]) -> KMeans:
    """The centers of `rows`; raises UserError where there are fewer rows than centers."""
    k, extra = values["k"], values["extra_center_factor"]
    if len(rows) < k:
        message = f"k is {k}, but there are {len(rows)} rows"
        raise UserError(message)
    coarse = MiniBatchKMeans(
        n_clusters=min(len(rows), k * (_EXTRA if extra == "auto" else extra)),
        init=_INIT[values["init_method"]],
        batch_size=values["mini_batch_size"],
        max_iter=values["epochs"],
        n_init=1,
        random_state=0,
    ).fit(rows)
    sizes = np.bincount(coarse.labels_, minlength=coarse.n_clusters)
    trials = values["local_lloyd_num_trials"]
    final = KMeans(
        n_clusters=k,
        init=_INIT[values["local_lloyd_init_method"]],
        max_iter=values["local_lloyd_max_iter"],
        tol=values["local_lloyd_tol"],
        n_init=_TRIALS if trials == "auto" else trials,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct centers than k: rows that are all alike
        return final.fit(coarse.cluster_centers_, sample_weight=np.maximum(sizes, 1e-9))


def _report(data: str, squared: Floats) -> None:
    report(data, "msd", float(squared.mean(dtype=np.float64)), loss=True)
    report(data, "ssd", float(squared.sum(dtype=np.float64)), loss=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
