"""The built-in XGBoost as a program on this machine: `python -m smtune.local.programs.xgboost_train train`.

It reads the /opt/ml tree below $SAGEMAKER_BASE_DIR as the container does, trains with the installed xgboost, prints
the container's log lines and leaves `model/xgboost-model` (UBJSON). It exits with 0, or with 1 and the reason in
`output/failure`. OMP_NUM_THREADS stands in for the hyperparameter `nthread`. Compared with the container's own code,
messages, log and metrics are the same (tests/local/programs/xgboost_oracle.md); on purpose different is that text
where a number should be, rows of another width, a missing label and a single class for auc are refused, with the line:
the container trains on them.

Not here: checkpoints and resuming from them, several hosts, GPUs, Pipe mode. The numbers are those of the installed
xgboost, whose defaults changed in 2.0: `tree_method` is hist, no longer exact, and `base_score` is fitted to the
labels, no longer 0.5.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from smtune.algorithms import xgboost as algorithm
from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.folder import read_folder, run_program
from smtune.local.programs.tables import Table
from smtune.local.programs.xgboost_data import check_channel, matrix, warn_of_copies
from smtune.local.programs.xgboost_light import reason, xgb
from smtune.local.programs.xgboost_training import Job, save, train_model

_LOG = logging.getLogger(__name__)
_CHANNELS = ("train", "validation", "code")
_LOGISTIC = ("binary:logistic", "binary:logitraw", "reg:logistic")


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code of the container. An argument after `train` is the version of the image."""
    version = arguments[1] if len(arguments) > 1 else algorithm.VERSION
    return run_program(lambda base: run(read_job(base, version)), arguments)


def read_job(base: Path, version: str = algorithm.VERSION) -> Job:
    """The job below `base`, checked as far as that goes without its data; raises UserError."""
    _LOG.info("Running XGBoost Sagemaker in algorithm mode")
    given = read_folder(base)
    complaints = algorithm.check(given.hyperparameters)
    if complaints:
        raise UserError("\n".join(complaints))
    if given.hyperparameters.get("use_dask_gpu_training") == "true":
        message = "use_dask_gpu_training needs GPUs, which training on this machine does not use"
        raise UserError(message)
    if "train" not in given.channels:
        message = "Missing required channel: train"
        raise UserError(message)
    for name, channel in given.channels.items():
        if name not in _CHANNELS:
            message = f"Extraneous channel found: {name}"
            raise UserError(message)
        if name != "code":
            check_channel(name, channel)
    return Job(base, given.hyperparameters, given.channels, version)


def run(job: Job) -> None:
    """Train and save; raises UserError or AlgorithmError."""
    names = [name for name in ("train", "validation") if name in job.channels]
    if len(names) > 1:
        warn_of_copies(job.data("train"), job.data("validation"))
    _LOG.info("Determined 0 GPU(s) available on the instance.")
    tables = {name: job.load(name) for name in names}
    folded = _folded(job, tables) if "_kfold" in job.hyperparameters else None
    _check_widths(tables)
    for name, table in tables.items():
        _check_labels(job, name, table.labels)
    _log_start(job, tables)
    watched = [(matrix(table), name) for name, table in tables.items()]
    try:
        if folded is not None:
            from smtune.local.programs.xgboost_folds import cross_validate  # needs scikit-learn: slow

            cross_validate(job, folded, watched)
        else:
            save(job, train_model(job, watched[0][0], watched)[0])
    except (xgb.core.XGBoostError, ValueError) as error:
        message = f"XGB train call failed with exception:\n {reason(error)}"
        raise AlgorithmError(message) from error


def _folded(job: Job, tables: Mapping[str, Table]) -> Table:
    """What cross validation cuts folds from: both channels, train first (the container's order is any)."""
    if len(tables) == 1:
        return tables["train"]
    _LOG.info("Read both train and validation data into one DMatrix")
    return job.load(*tables)


def _log_start(job: Job, tables: Mapping[str, Table]) -> None:
    _LOG.info("Single node training.")
    tuned = job.hyperparameters.get(algorithm.OBJECTIVE_METRIC)
    if tuned:
        _LOG.info("Setting up HPO optimized metric to be : %s", tuned.partition(":")[2])
    _LOG.info("Train matrix has %d rows and %d columns", *tables["train"].features.shape)
    if "validation" in tables:
        _LOG.info("Validation matrix has %d rows", len(tables["validation"].labels))


def _check_widths(tables: Mapping[str, Table]) -> None:
    """XGBoost takes columns that are not there for missing values. Of sparse rows nobody can tell."""
    widths = {name: table.features.shape[1] for name, table in tables.items() if isinstance(table.features, np.ndarray)}
    if len(set(widths.values())) > 1:
        message = f"train has {widths['train']} features, and validation has {widths['validation']}"
        raise UserError(message)


def _check_labels(job: Job, channel: str, labels: Any) -> None:
    """The mistakes XGBoost finds late, or never: it prints `auc:nan` where there is one class only."""
    if np.isnan(labels).any():
        message = f"{channel}: some rows have no label"
        raise UserError(message)
    objective = job.hyperparameters.get("objective", "")
    if objective in _LOGISTIC and not ((labels >= 0) & (labels <= 1)).all():
        odd = labels[(labels < 0) | (labels > 1)][0]
        message = f"{channel}: label must be in [0,1] for logistic regression, found {odd:g}"
        raise UserError(message)
    classes = job.params.get("num_class", 0)
    if objective.startswith("multi:") and not ((labels >= 0) & (labels < classes) & (labels % 1 == 0)).all():
        odd = labels[(labels < 0) | (labels >= classes) | (labels % 1 != 0)][0]
        message = f"{channel}: label must be in [0, num_class), and whole: num_class is {classes}, found {odd:g}"
        raise UserError(message)
    asked = algorithm.training_metrics(job.hyperparameters)[0]
    if objective.startswith("binary:") and {"auc", "aucpr"} & set(asked) and len(np.unique(labels)) == 1:
        message = f"{channel}: every label is {labels[0]:g}: auc and aucpr need rows of both classes"
        raise UserError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
