"""The built-in LightGBM's and CatBoost's programs: the libraries' own lines, found by the documented expressions.

CatBoost has 270 MB: its tests run where it is installed.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import joblib
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from training_folder import last_values, split, write_folder

from smtune.algorithms.builtins import builtin
from smtune.local.programs.failures import AlgorithmError, UserError

SCRIPT = {"sagemaker_program": "transfer_learning.py", "sagemaker_submit_directory": "s3://any/sourcedir.tar.gz"}
LIGHT = SCRIPT | {"num_boost_round": "15", "learning_rate": "0.3", "num_threads": "1"}
CAT = SCRIPT | {"iterations": "15", "learning_rate": "0.3", "thread_count": "1"}
SETS = {"binary": load_breast_cancer, "classes": load_iris, "numbers": load_diabetes}


def program(library: str) -> ModuleType:
    pytest.importorskip(library)
    return importlib.import_module(f"smtune.local.programs.{library}_train")


def definition(algorithm: str, metric: str) -> list[dict[str, str]]:
    table = builtin(algorithm)
    assert table is not None
    return [{"Name": metric, "Regex": table.metrics[metric].regex}]


@pytest.mark.parametrize(
    ("library", "data", "task", "metric", "limits"),
    [
        ("lightgbm", "binary", "classification", "auc", (0.9, 1.0)),
        ("lightgbm", "binary", "classification", "binary_logloss", (0.0, 0.5)),
        ("lightgbm", "classes", "classification", "multi_error", (0.0, 0.2)),
        ("lightgbm", "numbers", "regression", "rmse", (40, 75)),
        ("catboost", "binary", "classification", "AUC", (0.9, 1.0)),
        ("catboost", "classes", "classification", "Accuracy", (0.8, 1.0)),
        ("catboost", "numbers", "regression", "RMSE", (40, 75)),
    ],
)
def test_the_documented_metric_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], library: str, data: str, task: str, metric: str,
    limits: tuple[float, float],
) -> None:  # fmt: skip
    module = program(library)
    fit, held_out = split(SETS[data])
    given = LIGHT | {"metric": metric} if library == "lightgbm" else CAT | {"eval_metric": metric}
    module.train(write_folder(tmp_path, given, train=fit, validation=held_out), task)
    found = last_values(capfd.readouterr().out, definition(library, metric))
    assert limits[0] <= found[metric] <= limits[1]
    model: Any = joblib.load(tmp_path / "model/model.joblib")
    assert len((model["model"] if library == "lightgbm" else model).predict(held_out[:, 1:])) == len(held_out)


def test_labels_may_be_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module = program("lightgbm")
    rows = "".join(f"{'yes' if n > 30 else 'no'},{n},{n % 7}\n" for n in range(60))
    module.train(write_folder(tmp_path, LIGHT | {"metric": "auc"}, train={"a.csv": rows}), "classification")
    assert last_values(capfd.readouterr().out, definition("lightgbm", "auc")) == {"auc": 1.0}
    assert list(joblib.load(tmp_path / "model/model.joblib")["classes"]) == ["no", "yes"]


def test_early_stopping_ends_lightgbm(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module = program("lightgbm")
    fit, held_out = split(load_diabetes)
    stopped = {"num_boost_round": "500", "early_stopping_rounds": "3", "learning_rate": "1.0"}
    module.train(write_folder(tmp_path, LIGHT | stopped, train=fit, validation=held_out), "regression")
    rounds = re.findall(r"^\[(\d+)\]\t", capfd.readouterr().out, flags=re.MULTILINE)
    assert int(rounds[-1]) < 100


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"num_leaves": "1"}, UserError, "num_leaves: 1 is not in (1, 131072]"),
        ({"boosting": "xgb"}, UserError, "boosting: 'xgb' is not a choice"),
        ({"boosting": "rf", "bagging_freq": "0", "feature_fraction": "1"}, AlgorithmError, "LightGBM: "),
    ],
)
def test_what_lightgbm_refuses_is_said(
    tmp_path: Path, change: dict[str, str], error: type[Exception], message: str
) -> None:
    module = program("lightgbm")
    fit, held_out = split(load_breast_cancer)
    with pytest.raises(error) as failed:
        module.train(write_folder(tmp_path, LIGHT | change, train=fit, validation=held_out), "classification")
    assert message in str(failed.value)


@pytest.mark.parametrize("library", ["lightgbm", "catboost"])
def test_one_class_is_no_classification(tmp_path: Path, library: str) -> None:
    module = program(library)
    given = LIGHT if library == "lightgbm" else CAT
    with pytest.raises(UserError, match="every label is 1: classification needs two classes"):
        module.train(write_folder(tmp_path, given, train={"a.csv": "1,2\n1,3\n1,4\n1,5\n1,6\n"}), "classification")


def test_a_class_must_be_among_the_training_data(tmp_path: Path) -> None:
    module = program("lightgbm")
    base = write_folder(tmp_path, LIGHT, train={"a.csv": "1,2\n0,3\n" * 20}, validation={"a.csv": "2,3\n"})
    with pytest.raises(UserError, match="the validation data hold the class 2"):
        module.train(base, "classification")


def test_catboost_takes_words_as_categories(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module = program("catboost")
    rows = "".join(f"{n % 2},{n},{('left', 'right')[n % 2]}\n" for n in range(80))
    files = {"a.csv": rows, "categorical_index.json": '{"cat_index_list": [2]}'}
    module.train(write_folder(tmp_path, CAT | {"eval_metric": "Accuracy"}, training=files), "classification")
    assert last_values(capfd.readouterr().out, definition("catboost", "Accuracy")) == {"Accuracy": 1.0}
