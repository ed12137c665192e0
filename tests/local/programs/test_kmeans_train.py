"""The built-in k-means' program: centers, its documented metrics, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import joblib
import numpy as np
import pytest
from training_folder import last_values, write_folder

from smtune.algorithms.quality_metrics import quality_definitions
from smtune.local.programs import kmeans_train
from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.kmeans_train import fit, train

NO_LABEL = "text/csv;label_size=0"
GIVEN = {"feature_dim": "2", "k": "3", "mini_batch_size": "50", "epochs": "3"}
CENTERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def clouds(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    draw = np.random.default_rng(seed)
    return np.asarray(np.repeat(CENTERS, 60, axis=0) + draw.normal(0, 0.3, (180, 2)))


def test_it_finds_the_centers_and_prints_what_the_service_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    base = write_folder(
        tmp_path, GIVEN | {"_tuning_objective_metric": "test:msd"}, NO_LABEL, train=clouds(1), test=clouds(2)
    )
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(base))
    caplog.set_level("INFO")
    assert kmeans_train.main(["train"]) == 0

    found = last_values(caplog.text, quality_definitions("kmeans"))
    model = joblib.load(base / "model/model.joblib")
    nearest = np.linalg.norm(CENTERS[:, None] - model.cluster_centers_, axis=2).min(axis=1)
    assert (nearest < 0.2).all()
    squared = model.transform(clouds(2).astype(np.float32)).min(axis=1) ** 2
    assert found == {
        "test:msd": pytest.approx(squared.mean(), rel=1e-4),
        "test:ssd": pytest.approx(squared.sum(), rel=1e-4),
    }


def test_the_second_step_weighs_a_center_by_its_rows() -> None:
    draw = np.random.default_rng(3)
    rows = np.concatenate([draw.normal(place, 0.1, (count, 1)) for place, count in ((0, 300), (4, 100), (10, 100))])
    values = {
        "k": 2, "extra_center_factor": 5, "init_method": "kmeans++", "mini_batch_size": 100, "epochs": 5,
        "local_lloyd_init_method": "kmeans++", "local_lloyd_max_iter": 300, "local_lloyd_tol": 1e-4,
        "local_lloyd_num_trials": "auto",
    }  # fmt: skip
    assert sorted(fit(rows.astype(np.float32), values).cluster_centers_.ravel()) == pytest.approx([1, 10], abs=0.15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": "0"}, "k: 0 is not in [1, inf)"),
        ({"k": "181"}, "k is 181, but there are 180 rows"),
        ({"init_method": "best"}, "init_method: 'best' is not a choice"),
        ({"feature_dim": "3"}, "channel train has 2 features, and feature_dim is 3"),
        ({"half_life_time_size": "4"}, "half_life_time_size: 4 is not supported on this machine, where it is 0"),
        ({"_tuning_objective_metric": "test:msd"}, "the objective metric test:msd needs a channel test"),
        ({"foo": "1"}, "has no hyperparameter 'foo'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: dict[str, str], message: str) -> None:
    base = write_folder(tmp_path, GIVEN | change, NO_LABEL, train=clouds(1))
    with pytest.raises(UserError) as failed:
        train(base)
    assert message in str(failed.value)


def test_without_a_content_type_csv_is_taken_for_records(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"rows\.csv is not recordio-protobuf"):
        train(write_folder(tmp_path, GIVEN, None, train=clouds(1)))
    with pytest.raises(UserError, match="has 1 features, and feature_dim is 2: for CSV without labels"):
        train(write_folder(tmp_path, GIVEN, "text/csv", train=clouds(1)))


@pytest.mark.parametrize(("content_type", "features"), [("text/csv; label_size = 0", 2), ("text/csv;label_size=1", 1)])
def test_the_content_type_says_whether_a_label_comes_first(tmp_path: Path, content_type: str, features: int) -> None:
    train(write_folder(tmp_path, GIVEN | {"feature_dim": str(features)}, content_type, train=clouds(1)))
    assert (tmp_path / "model/model.joblib").exists()


def test_more_than_one_label_is_refused_and_not_taken_for_a_feature(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="channel train: label_size is 0 or 1, and not 2"):
        train(write_folder(tmp_path, GIVEN, "text/csv;label_size=2", train=clouds(1)))


def test_a_sparse_row_of_another_width_is_refused_before_it_takes_the_memory(tmp_path: Path) -> None:
    row = "0a23d7ce1b0000000a190a0676616c756573120f120d0a04000080401205ffffffff7f00"  # 4.0 in column 34,359,738,367
    with pytest.raises(UserError, match="channel train has 34359738368 features, and feature_dim is 2"):
        train(write_folder(tmp_path, GIVEN, None, train={"rows.rec": bytes.fromhex(row)}))


def test_numbers_too_large_for_a_distance_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(AlgorithmError, match="K-means: Input X contains infinity or a value too large"):
        train(write_folder(tmp_path, GIVEN, NO_LABEL, train=clouds(1) * 1e37))
