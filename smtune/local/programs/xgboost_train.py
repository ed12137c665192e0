"""The built-in XGBoost as a program on this machine: `python -m smtune.local.programs.xgboost_train train`.

It reads the /opt/ml tree below $SAGEMAKER_BASE_DIR as the 1.7-1 container does, trains with the installed
xgboost, prints the container's log lines and leaves `model/xgboost-model` (UBJSON). It exits with 0, or with
1 and the reason in `output/failure`. OMP_NUM_THREADS stands in for the hyperparameter `nthread`.

Not here: checkpoints and resuming from them, several hosts, GPUs, Pipe mode, recordio-protobuf. The numbers
are those of the installed xgboost, whose defaults changed in 2.0: `tree_method` is hist, no longer exact, and
`base_score` is fitted to the labels, no longer 0.5.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from smtune.algorithms import xgboost as algorithm
from smtune.local.programs.xgboost_data import data_format
from smtune.local.programs.xgboost_light import AlgorithmError, UserError, reason, xgb
from smtune.local.programs.xgboost_training import Job, save, train_model

_LOG = logging.getLogger(__name__)
_CHANNELS = ("train", "validation", "code")
_LOGISTIC = ("binary:logistic", "binary:logitraw", "reg:logistic")


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code of the container."""
    if list(arguments) != ["train"]:
        print("usage: python -m smtune.local.programs.xgboost_train train", file=sys.stderr)
        return 2
    line, day = "[%(asctime)s:%(levelname)s] %(message)s", "%Y-%m-%d:%H:%M:%S"
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format=line, datefmt=day)
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        run(read_job(base))
    except (UserError, AlgorithmError, OSError) as error:
        print(error, file=sys.stderr)
        (base / "output").mkdir(parents=True, exist_ok=True)
        (base / "output" / "failure").write_text(str(error), encoding="utf-8")
        return 1
    return 0


def read_job(base: Path) -> Job:
    """The job below `base`, checked as far as that goes without its data; raises UserError."""
    config = base / "input" / "config"
    hyperparameters = _read_json(config / "hyperparameters.json")
    complaints = algorithm.check(hyperparameters)
    if complaints:
        raise UserError("\n".join(complaints))
    if hyperparameters.get("use_dask_gpu_training") == "true":
        message = "use_dask_gpu_training needs GPUs, which training on this machine does not use"
        raise UserError(message)
    if len(_read_json(config / "resourceconfig.json").get("hosts", [])) > 1:
        message = "training on several hosts is not supported on this machine: use one instance"
        raise UserError(message)
    channels = _read_json(config / "inputdataconfig.json")
    _check_channels(channels)
    return Job(base, hyperparameters, channels)


def _read_json(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _check_channels(channels: Mapping[str, Mapping[str, str]]) -> None:
    if "train" not in channels:
        message = "Missing required channel: train"
        raise UserError(message)
    for name, channel in channels.items():
        if name not in _CHANNELS:
            message = f"Extraneous channel found: {name}"
            raise UserError(message)
        mode = channel.get("TrainingInputMode", "File")
        if mode == "Pipe":
            message = f"channel {name}: TrainingInputMode Pipe is not supported on this machine: use File"
            raise UserError(message)
    data_format(channels["train"].get("ContentType"))


def run(job: Job) -> None:
    """Train and save; raises UserError or AlgorithmError."""
    names = [name for name in ("train", "validation") if name in job.channels]
    tables = {name: job.load(name) for name in names}
    for name, table in tables.items():
        _check_labels(job, name, table.labels)
    train = tables["train"]
    _LOG.info("Train matrix has %d rows and %d columns", *train.features.shape)
    if "validation" in tables:
        _LOG.info("Validation matrix has %d rows", len(tables["validation"].labels))
    watched = [(table.matrix(), name) for name, table in tables.items()]
    try:
        if "_kfold" in job.hyperparameters:
            from smtune.local.programs.xgboost_folds import cross_validate  # needs scikit-learn: slow

            cross_validate(job, job.load(*names), watched)
        else:
            save(job, train_model(job, watched[0][0], watched)[0])
    except (xgb.core.XGBoostError, ValueError) as error:
        message = f"XGB train call failed with exception:\n {reason(error)}"
        raise AlgorithmError(message) from error


def _check_labels(job: Job, channel: str, labels: Any) -> None:
    """The mistakes XGBoost finds late, or never: it prints `auc:nan` where there is one class only."""
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
