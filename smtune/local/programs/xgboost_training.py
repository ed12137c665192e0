"""One run of the built-in XGBoost's trainer: from parsed hyperparameters and matrices to a saved model."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.algorithms import xgboost as algorithm
from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import TrainingFolder, save_bytes
from smtune.local.programs.tables import Table
from smtune.local.programs.xgboost_data import load
from smtune.local.programs.xgboost_light import xgb
from smtune.local.programs.xgboost_metrics import OwnMetrics

MODEL = "xgboost-model"
_DATA_NAMES = {"train": "training"}


@dataclass(frozen=True)
class Job(TrainingFolder):
    """What the container is given below /opt/ml, and which of its versions it is."""

    version: str = algorithm.VERSION

    @property
    def margins(self) -> bool:
        """Whether this version of the container computes its own metrics from the raw margin, not the prediction."""
        return int(self.version.partition(".")[0]) < 3

    @property
    def params(self) -> dict[str, Any]:
        """The hyperparameters, parsed."""
        return algorithm.parsed(self.hyperparameters)

    def load(self, *channels: str) -> Table:
        """The rows of these channels together; raises UserError if there are none."""
        folders = [self.data(name) for name in channels]
        weighted = self.params.get("csv_weights") == 1
        table = load(folders, self.channels["train"].get("ContentType"), csv_weights=weighted)
        if table is None:
            message = f"No data in {_DATA_NAMES.get(channels[0], channels[0])} channel path {folders[0]}"
            raise UserError(message)
        return table


def train_model(job: Job, matrix: Any, watched: Sequence[tuple[Any, str]], name: str = MODEL) -> tuple[Any, Any]:
    """A trained Booster and the results of every round; prints a log line a round."""
    params = job.params
    own, scored = algorithm.training_metrics(job.hyperparameters)
    saving = [_SaveEachRound(job, name)] if params.get("save_model_on_termination") == "true" else []
    # Saved before it is printed: who stops a job for what its log says finds that round's model.
    callbacks = [OwnMetrics(scored, watched, margins=job.margins), *saving, xgb.callback.EvaluationMonitor()]
    results: dict[str, Any] = {}
    model = xgb.train(
        _booster_params(params) | {"eval_metric": list(own)},
        matrix,
        num_boost_round=params["num_round"],
        evals=list(watched),
        evals_result=results,
        callbacks=[*callbacks, *_early_stopping(params, watched)],
        verbose_eval=False,
    )
    if params.get("csv_weights") == 1:
        model.set_attr(csv_weights="1")  # so that `evaluate` reads its file as training did
    return model, results


def _booster_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to XGBoost itself."""
    ours = ("num_round", "csv_weights", "early_stopping_rounds", "save_model_on_termination", "eval_metric")
    passed = {n: v for n, v in params.items() if n not in (*ours, "use_dask_gpu_training") and n[0] != "_"}
    if "updater" in passed:
        passed["updater"] = ",".join(passed["updater"])
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return ({"nthread": int(threads)} if threads.isdecimal() else {}) | passed


def _early_stopping(params: Mapping[str, Any], watched: Sequence[tuple[Any, str]]) -> list[Any]:
    """As in the container: on validation data only, by the objective metric, else by the last of eval_metric.

    A metric with a threshold (`map@5`) is minimised whatever it is; with no metric named nothing stops early.
    """
    tuned = params.get(algorithm.OBJECTIVE_METRIC)
    metric = tuned.partition(":")[2] if tuned else next(reversed(params.get("eval_metric", [])), None)
    if "early_stopping_rounds" not in params or metric is None or len(watched) < 2:
        return []
    stopping = xgb.callback.EarlyStopping(
        rounds=params["early_stopping_rounds"],
        data_name="validation",
        metric_name=metric,
        maximize=metric in algorithm.MAXIMIZED,
        save_best=True,
    )
    return [stopping]


def save(job: Job, model: Any, name: str = MODEL) -> None:
    """Write a model, whole or not at all."""
    save_bytes(job.base / "model" / name, model.save_raw("ubj"))


class _SaveEachRound(xgb.callback.TrainingCallback):  # type: ignore[misc]
    """Keeps the model of the last round for a job that is stopped, which then ends well."""

    def __init__(self, job: Job, name: str) -> None:
        super().__init__()
        self.job = job
        self.name = name
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, *_: object) -> None:
        (self.job.base / "model" / f".{self.name}").unlink(missing_ok=True)
        os._exit(0)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002  # xgboost's
        save(self.job, model, self.name)
        return False
