"""The built-in K-nearest neighbors' program: exact neighbors, its documented metrics, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from training_folder import last_values, split, write_folder

from smtune.algorithms.quality_metrics import quality_definitions
from smtune.local.programs.failures import UserError
from smtune.local.programs.knn_train import predict, train

IRIS = {"feature_dim": "4", "k": "7", "predictor_type": "classifier", "sample_size": "500"}


def scores(caplog: pytest.LogCaptureFixture, base: Path) -> dict[str, float]:
    caplog.set_level("INFO")
    train(base)
    return last_values(caplog.text, quality_definitions("knn"))


def test_classes_are_scikit_learns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_iris)
    found = scores(caplog, write_folder(tmp_path, IRIS, train=fit, test=held_out))
    reference = KNeighborsClassifier(7, algorithm="brute").fit(fit[:, 1:], fit[:, 0])
    assert found == {"test:accuracy": pytest.approx(reference.score(held_out[:, 1:], held_out[:, 0]))}
    assert np.load(tmp_path / "model/model.npz")["rows"].shape == (100, 4)


def test_numbers_are_scikit_learns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_diabetes)
    given = {"feature_dim": "10", "k": "9", "predictor_type": "regressor", "sample_size": "500"}
    found = scores(caplog, write_folder(tmp_path, given, train=fit, test=held_out))
    predicted = KNeighborsRegressor(9, algorithm="brute").fit(fit[:, 1:], fit[:, 0]).predict(held_out[:, 1:])
    assert found == {"test:mse": pytest.approx(np.mean((predicted - held_out[:, 0]) ** 2), rel=1e-4)}


@pytest.mark.parametrize(("metric", "label"), [("L2", 1), ("COSINE", 2), ("INNER_PRODUCT", 3)])
def test_nearest_is_what_index_metric_says(metric: str, label: int) -> None:
    kept = np.array([[1.0, 0.9], [0.1, 0.1], [30.0, 9.0]], np.float32)
    values: dict[str, Any] = {"k": 1, "index_metric": metric, "predictor_type": "classifier"}
    assert predict(np.array([[1.0, 1.0]], np.float32), (kept, np.array([1, 2, 3], np.float32)), values) == [label]


def test_fewer_rows_and_dimensions_are_kept_as_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_iris)
    reduced = {"sample_size": "40", "dimension_reduction_type": "sign", "dimension_reduction_target": "3"}
    found = scores(caplog, write_folder(tmp_path, IRIS | reduced, train=fit, test=held_out))
    assert found["test:accuracy"] > 0.8
    assert np.load(tmp_path / "model/model.npz")["rows"].shape == (40, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": "101"}, "k is 101, but only 100 rows are kept"),
        ({"predictor_type": "ranker"}, "predictor_type: 'ranker' is not a choice"),
        ({"dimension_reduction_type": "sign"}, "K-nearest neighbors needs dimension_reduction_target"),
        (
            {"dimension_reduction_type": "fjlt", "dimension_reduction_target": "2"},
            "dimension_reduction_type: fjlt is not supported on this machine, where it is sign",
        ),
        (
            {"dimension_reduction_type": "sign", "dimension_reduction_target": "4"},
            "dimension_reduction_target: 4 is not less than feature_dim, 4",
        ),
        ({"_tuning_objective_metric": "test:mse"}, "test:mse is not computed on this machine: take one of accuracy"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: dict[str, str], message: str) -> None:
    fit, held_out = split(load_iris)
    with pytest.raises(UserError) as failed:
        train(write_folder(tmp_path, IRIS | change, train=fit, test=held_out))
    assert message in str(failed.value)


def test_missing_values_are_refused(tmp_path: Path) -> None:
    rows = {"a.csv": "1,2,3,4,5\n0,2,,4,5\n"}
    with pytest.raises(UserError, match="channel train has a feature that is missing or not finite"):
        train(write_folder(tmp_path, IRIS, train=rows))
    with pytest.raises(UserError, match=r"a\.csv line 2: the label is missing"):
        train(write_folder(tmp_path, IRIS, train={"a.csv": "1,2,3,4,5\n,2,3,4,5\n"}))
