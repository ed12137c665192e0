"""The built-in CatBoost as a program on this machine: `python -m smtune.local.programs.catboost_train train TASK`.

TASK is `classification` or `regression`, as the two scripts of the service are called. The library is the same as in
the service's script; its version is the one installed here. The lines are the library's own: `bestTest = ...` at the
end is what the documented regular expression looks for. It leaves `model/model.joblib`, a fitted model.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import catboost  # type: ignore[import-not-found,unused-ignore]  # an extra, large
import joblib

from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.folder import read_folder, run_program, save_bytes
from smtune.local.programs.given import given_values
from smtune.local.programs.tabular import read_tabular

TASKS = ("classification", "regression")
_LEFT_TO_THE_LIBRARY = ("Auto", "auto")
_ONLY_WITH: Mapping[str, tuple[str, str]] = {"max_leaves": ("grow_policy", "Lossguide")}
"""Defaults of the documentation that the library takes with that value of another one only."""


def main(arguments: Sequence[str]) -> int:
    """Train; the exit code."""
    if len(arguments) != 2 or arguments[1] not in TASKS:
        print("usage: python -m smtune.local.programs.catboost_train train TASK", file=sys.stderr)
        return 2
    return run_program(lambda base: train(base, arguments[1]), arguments)


def train(base: Path, task: str) -> None:
    """Fit, report and save; raises UserError or AlgorithmError."""
    job = read_folder(base)
    values = given_values("catboost", job.hyperparameters)
    data = read_tabular(job, values["random_seed"])
    classes = data.labels.nunique()
    if task == "classification" and classes < 2:
        message = f"every label is {data.labels.iloc[0]}: classification needs two classes"
        raise UserError(message)
    params = _params(values, set(job.hyperparameters), classes if task == "classification" else 0)
    categories = list(data.categories)
    fitted = catboost.Pool(_words(data.features, categories), data.labels, cat_features=categories)
    held_out = catboost.Pool(_words(data.validation[0], categories), data.validation[1], cat_features=categories)
    kind = catboost.CatBoostClassifier if task == "classification" else catboost.CatBoostRegressor
    try:
        model = kind(**params, allow_writing_files=False)
        model.fit(fitted, eval_set=held_out, log_cout=sys.stdout, log_cerr=sys.stderr)
    except (catboost.CatBoostError, TypeError, ValueError) as error:
        message = f"CatBoost: {error}"
        raise AlgorithmError(message) from error
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    save_bytes(base / "model" / "model.joblib", buffer.getvalue())


def _params(values: Mapping[str, Any], given: set[str], classes: int) -> dict[str, Any]:
    """`classes`: how many there are; 0 for regression."""
    params = {name: value for name, value in values.items() if value not in _LEFT_TO_THE_LIBRARY}
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if params["thread_count"] == -1:
        del params["thread_count"]
        params |= {"thread_count": int(threads)} if threads.isdecimal() else {}
    for name, (other, needed) in _ONLY_WITH.items():
        if name not in given and values.get(other) != needed:
            params.pop(name, None)
    if classes != 2 and "scale_pos_weight" not in given:
        params.pop("scale_pos_weight", None)
    return params


def _words(features: Any, categories: list[int]) -> Any:
    """The library takes categories as words or whole numbers, never as fractions."""
    found = features.copy()
    found.columns = range(found.shape[1])
    for column in categories:
        found[column] = found[column].astype(str)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
