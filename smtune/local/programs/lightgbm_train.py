"""The built-in LightGBM as a program on this machine: `python -m smtune.local.programs.lightgbm_train train TASK`.

TASK is `classification` or `regression`, as the two scripts of the service are called. The library is the same as in
the service's script; its version is the one installed here. A round's line is the library's own, of the validation
data, and holds what the documented regular expressions look for. It leaves `model/model.joblib`, a fitted Booster
with the labels of its classes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np

from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.folder import read_folder, run_program, save_bytes
from smtune.local.programs.given import given_values
from smtune.local.programs.tabular import Tabular, read_tabular

TASKS = ("classification", "regression")
_SEED = 0
_OURS = ("num_boost_round", "early_stopping_rounds", "metric")


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code."""
    if len(arguments) != 2 or arguments[1] not in TASKS:
        print("usage: python -m smtune.local.programs.lightgbm_train train TASK", file=sys.stderr)
        return 2
    return run_program(lambda base: train(base, arguments[1]), arguments)


def train(base: Path, task: str) -> None:
    """Fit, report and save; raises UserError or AlgorithmError."""
    job = read_folder(base)
    values = given_values("lightgbm", job.hyperparameters)
    data = read_tabular(job, _SEED)
    classes = np.unique(data.labels) if task == "classification" else None
    if classes is not None and len(classes) < 2:
        message = f"every label is {classes[0]}: classification needs two classes"
        raise UserError(message)
    params = _params(values, classes)
    sets = _sets(data, classes, params)
    callbacks = [lightgbm.log_evaluation(1)]
    if values["early_stopping_rounds"] > 0 and values["boosting"] != "dart":
        callbacks.append(lightgbm.early_stopping(values["early_stopping_rounds"]))
    rounds = values["num_boost_round"]
    try:
        model = lightgbm.train(params, sets[0], rounds, valid_sets=[sets[1]], callbacks=callbacks)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        message = f"LightGBM: {error}"
        raise AlgorithmError(message) from error
    buffer = io.BytesIO()
    joblib.dump({"model": model, "classes": classes}, buffer)
    save_bytes(base / "model" / "model.joblib", buffer.getvalue())


def _params(values: Mapping[str, Any], classes: Any) -> dict[str, Any]:
    params = {name: value for name, value in values.items() if name not in _OURS}
    if values["metric"] != "auto":
        params["metric"] = values["metric"]
    if classes is None:
        return {"objective": "regression"} | params
    if len(classes) == 2:
        return {"objective": "binary"} | params
    return {"objective": "multiclass", "num_class": len(classes)} | params


def _sets(data: Tabular, classes: Any, params: Mapping[str, Any]) -> tuple[Any, Any]:
    options = {"categorical_feature": list(data.categories) or "auto", "params": dict(params)}
    fitted = lightgbm.Dataset(_numbers(data.features), _labels(data.labels, classes), **options)
    held_out, truth = data.validation
    return fitted, fitted.create_valid(_numbers(held_out), _labels(truth, classes))


def _numbers(features: Any) -> Any:
    try:
        return features.to_numpy(np.float64)
    except ValueError as error:
        message = f"LightGBM takes categories as whole numbers: {error}"
        raise UserError(message) from error


def _labels(labels: Any, classes: Any) -> Any:
    """Classes by their number, in order; numbers as they are."""
    if classes is None:
        try:
            return labels.to_numpy(np.float64)
        except ValueError as error:
            message = f"a label is no number: {error}"
            raise UserError(message) from error
    found = np.searchsorted(classes, labels)
    unknown = (found == len(classes)) | (classes[np.minimum(found, len(classes) - 1)] != labels)
    if unknown.any():
        message = f"the validation data hold the class {labels[unknown].iloc[0]}, which the training data do not"
        raise UserError(message)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
