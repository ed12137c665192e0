"""Scores a trained model on a held-out channel: a container-style program that reads /opt/ml and trains nothing.

    /opt/ml/model                    the training job's model
    /opt/ml/input/data/test          the held-out rows
    /opt/ml/input/config/hyperparameters.json   algorithm, metrics (JSON list), label, entry_point
    /opt/ml/output/data/score.json   {"metrics": {"error": 0.02}, "rows": 86}

A script's model is loaded with its own `model_fn(model_dir)` and asked with its `predict_fn(rows, model)`, as in
SageMaker hosting; without them a single joblib file is loaded and its `predict` is called.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as measures

from smtune.errors import SmtuneError


class ScoreError(SmtuneError):
    """The model cannot be scored: says why, and what would help."""


_LABEL_METRICS: dict[str, Callable[..., float]] = {
    "accuracy": measures.accuracy_score,
    "balanced_accuracy": measures.balanced_accuracy_score,
    "f1": measures.f1_score,
    "precision": measures.precision_score,
    "recall": measures.recall_score,
    "r2": measures.r2_score,
    "mse": measures.mean_squared_error,
    "mae": measures.mean_absolute_error,
    "rmse": measures.root_mean_squared_error,
}
_PROBABILITY_METRICS: dict[str, Callable[..., float]] = {
    "auc": measures.roc_auc_score,
    "logloss": measures.log_loss,
}
SCRIPT_METRICS = frozenset({"error", *_LABEL_METRICS, *_PROBABILITY_METRICS})


def main() -> int:
    """Write score.json, or the reason to output/failure; returns the exit code."""
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    config = json.loads((base / "input/config/hyperparameters.json").read_text(encoding="utf-8"))
    try:
        values, rows = _score(base, config)
    except SmtuneError as error:
        (base / "output/failure").write_text(str(error), encoding="utf-8")
        print(error, file=sys.stderr)
        return 1
    result = {"metrics": values, "rows": rows}
    (base / "output/data/score.json").write_text(json.dumps(result), encoding="utf-8")
    return 0


def _score(base: Path, config: dict[str, str]) -> tuple[dict[str, float], int]:
    names = json.loads(config["metrics"])
    folder = base / "input/data/test"
    if config["algorithm"] == "xgboost":
        from smtune.local.programs.xgboost_metrics import evaluate

        return evaluate(base / "model/xgboost-model", folder, "text/csv", names)
    frame = pd.concat([pd.read_csv(file) for file in sorted(folder.glob("*.csv"))], ignore_index=True)
    truth = frame.pop(config["label"])
    sys.path.insert(0, str(base / "code"))
    return score_script(base / "model", config["entry_point"], (frame, truth), names), len(frame)


def score_script(
    model_folder: Path, entry_point: str, data: tuple[pd.DataFrame, pd.Series[Any]], names: Sequence[str]
) -> dict[str, float]:
    """The metrics of a script's model on rows and their true values; raises ScoreError."""
    unknown = sorted(set(names) - SCRIPT_METRICS)
    if unknown:
        message = f"cannot compute {', '.join(unknown)}; known: {', '.join(sorted(SCRIPT_METRICS))}"
        raise ScoreError(message)
    rows, truth = data
    module = importlib.import_module(entry_point.removesuffix(".py").replace("/", "."))
    model = _load(module, model_folder)
    predict = getattr(module, "predict_fn", None)
    predicted = np.asarray(predict(rows, model) if predict else model.predict(rows))
    result = {}
    for name in names:
        if name == "error":
            result[name] = 1 - float(measures.accuracy_score(truth, predicted))
        elif name in _LABEL_METRICS:
            result[name] = float(_LABEL_METRICS[name](truth, predicted))
        else:
            result[name] = float(_PROBABILITY_METRICS[name](truth, _probabilities(model, rows)))
    return result


def _load(module: ModuleType, folder: Path) -> Any:
    loader = getattr(module, "model_fn", None)
    if loader is not None:
        return loader(str(folder))
    files = sorted(folder.glob("*.joblib"))
    if len(files) != 1:
        message = (
            f"the script has no model_fn(model_dir), and its model is not one .joblib file: add "
            f"`def model_fn(model_dir)` to {module.__name__}.py, as SageMaker hosting needs it too"
        )
        raise ScoreError(message)
    import joblib

    return joblib.load(files[0])


def _probabilities(model: Any, rows: pd.DataFrame) -> Any:
    if not hasattr(model, "predict_proba"):
        message = "auc and logloss need a model with predict_proba"
        raise ScoreError(message)
    found = model.predict_proba(rows)
    return found[:, 1] if found.shape[1] == 2 else found


if __name__ == "__main__":
    sys.exit(main())
