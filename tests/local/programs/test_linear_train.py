"""The built-in linear learner's program: losses, thresholds, its documented metrics, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from training_folder import last_values, split, write_folder

from smtune.algorithms.quality_metrics import quality_definitions
from smtune.local.programs.failures import UserError
from smtune.local.programs.linear_losses import LOSSES, OF_PREDICTOR
from smtune.local.programs.linear_scores import threshold
from smtune.local.programs.linear_train import train

BINARY = {"predictor_type": "binary_classifier", "mini_batch_size": "50", "epochs": "40", "learning_rate": "0.01"}
CLASSES = {"predictor_type": "multiclass_classifier", "num_classes": "3", "mini_batch_size": "20", "epochs": "60"}
NUMBERS = {"predictor_type": "regressor", "mini_batch_size": "50", "epochs": "80", "learning_rate": "0.02"}
SETTINGS: dict[str, Any] = {"margin": 1.0, "loss_insensitivity": 0.1, "huber_delta": 1.0, "quantile": 0.3}


def scores(caplog: pytest.LogCaptureFixture, base: Path) -> dict[str, float]:
    caplog.set_level("INFO")
    train(base)
    return last_values(caplog.text, quality_definitions("linear-learner"))


def test_a_binary_classifier_is_as_good_as_scikit_learns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_breast_cancer)
    given = BINARY | {"_tuning_objective_metric": "validation:binary_f_beta"}
    found = scores(caplog, write_folder(tmp_path, given, train=fit, validation=held_out))

    center, width = fit[:, 1:].mean(axis=0), fit[:, 1:].std(axis=0)
    reference = LogisticRegression(max_iter=1000).fit((fit[:, 1:] - center) / width, fit[:, 0])
    accuracy = reference.score((held_out[:, 1:] - center) / width, held_out[:, 0])
    assert found["validation:binary_classification_accuracy"] >= accuracy - 0.02
    assert found["validation:roc_auc_score"] > 0.98
    names = (
        "objective_loss",
        "binary_classification_accuracy",
        "binary_f_beta",
        "precision",
        "recall",
        "roc_auc_score",
    )
    assert set(found) == {f"validation:{name}" for name in names}


def test_classes_have_their_metrics(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_iris)
    given = CLASSES | {"learning_rate": "0.05", "accuracy_top_k": "2"}
    found = scores(caplog, write_folder(tmp_path, given, train=fit, validation=held_out, test=held_out))
    assert found["test:multiclass_accuracy"] > 0.9
    assert found["test:multiclass_top_k_accuracy"] >= found["test:multiclass_accuracy"]
    assert found["test:macro_f_beta"] == found["validation:macro_f_beta"] > 0.9
    assert "multiclass_top_k_accuracy_2 <score>" in caplog.text


def test_a_regressor_is_as_good_as_least_squares(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fit, held_out = split(load_diabetes)
    found = scores(caplog, write_folder(tmp_path, NUMBERS, train=fit, validation=held_out))
    predicted = LinearRegression().fit(fit[:, 1:], fit[:, 0]).predict(held_out[:, 1:])
    assert found["validation:mse"] <= 1.05 * np.mean((predicted - held_out[:, 0]) ** 2)
    assert found["validation:rmse"] == pytest.approx(found["validation:mse"] ** 0.5)


@pytest.mark.parametrize("name", LOSSES)
def test_a_gradient_is_the_losss(name: str) -> None:
    draw, step = np.random.default_rng(0), 1e-6
    classes = name == "softmax_loss"
    margins = draw.normal(size=(50, 3) if classes else 50)
    is_class = any(name in OF_PREDICTOR[each] for each in ("binary_classifier", "multiclass_classifier"))
    labels = draw.integers(0, 3 if classes else 2, 50).astype(float) if is_class else draw.normal(size=50)
    gradient = LOSSES[name].gradient(margins, labels, SETTINGS)
    change = np.zeros_like(margins)
    change[..., 0] = step if classes else 0.0
    change = change if classes else np.full(50, step)
    rise = LOSSES[name].value(margins + change, labels, SETTINGS) - LOSSES[name].value(
        margins - change, labels, SETTINGS
    )
    np.testing.assert_allclose(gradient[:, 0] if classes else gradient, rise / (2 * step), atol=1e-4)


@pytest.mark.parametrize("loss", OF_PREDICTOR["regressor"])
def test_every_loss_of_a_regressor_learns(tmp_path: Path, caplog: pytest.LogCaptureFixture, loss: str) -> None:
    draw = np.random.default_rng(1)
    features = draw.normal(size=(400, 3))
    rows = np.column_stack([5 + features @ [3.0, -2.0, 0.0] + draw.normal(0, 0.1, 400), features])
    base = write_folder(tmp_path, NUMBERS | {"loss": loss, "learning_rate": "0.05"}, train=rows, test=rows)
    assert scores(caplog, base)["test:absolute_loss"] < 0.3


def test_l1_and_wd_make_weights_small_and_no_bias_means_none(tmp_path: Path) -> None:
    fit, _ = split(load_breast_cancer)

    def size(name: str, value: str) -> float:
        train(write_folder(tmp_path / name / value, BINARY | {name: value, "use_bias": "false"}, train=fit))
        with np.load(tmp_path / name / value / "model/model.npz") as model:
            assert model["bias"] == 0
            return float(np.abs(model["weights"]).sum())

    assert size("l1", "0.0001") > size("l1", "0.01") > size("l1", "1") == 0
    assert size("wd", "0.0001") > size("wd", "0.1") > 0


def test_a_stronger_weight_of_positives_finds_more_of_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    draw = np.random.default_rng(2)
    features = draw.normal(size=(600, 2))
    rows = np.column_stack([features[:, 0] + draw.normal(0, 1, 600) > 1, features])
    plain = BINARY | {"binary_classifier_model_selection_criteria": "loss_function"}
    recalls = []
    for number, weight in enumerate(("1.0", "balanced", "50")):
        given = plain | {"positive_example_weight_mult": weight}
        recalls.append(
            scores(caplog, write_folder(tmp_path / str(number), given, train=rows, test=rows))["test:recall"]
        )
    assert recalls[0] < recalls[1] < recalls[2]


@pytest.mark.parametrize(
    ("criterion", "called"),
    [
        ("accuracy", 3),
        ("f1", 5),
        ("precision_at_target_recall", 5),
        ("recall_at_target_precision", 3),
        ("loss_function", 4),
    ],
)
def test_the_threshold_serves_its_criterion(criterion: str, called: int) -> None:
    """Eight rows from the surest down; positive are 1 to 3 and 5: so many are called positive."""
    margins, labels = np.array([4.0, 3, 2, 1, -1, -2, -3, -4]), np.array([1, 1, 1, 0, 1, 0, 0, 0])
    values = {
        "binary_classifier_model_selection_criteria": criterion, "target_recall": 0.9, "target_precision": 0.9,
        "f_beta": 1.0,
    }  # fmt: skip
    assert (margins >= threshold(margins, labels, values)).sum() == called


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "squared_loss"}, "loss: squared_loss is not for predictor_type binary_classifier"),
        ({"num_models": "8"}, "num_models: 8 is not supported on this machine, where it is auto or 1"),
        ({"learning_rate": "0"}, "learning_rate: 0 is not in (0, inf)"),
        ({"predictor_type": "multiclass_classifier"}, "Linear learner needs num_classes"),
        ({"_tuning_objective_metric": "validation:dcg"}, "validation:dcg is not computed on this machine: "),
        ({"_tuning_objective_metric": "test:recall"}, "the objective metric test:recall needs a channel test"),
        ({"feature_dim": "9"}, "channel train has 30 features, and feature_dim is 9"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: dict[str, str], message: str) -> None:
    fit, held_out = split(load_breast_cancer)
    with pytest.raises(UserError) as failed:
        train(write_folder(tmp_path, BINARY | change, train=fit, validation=held_out))
    assert message in str(failed.value)


def test_every_channel_has_the_features_of_training(tmp_path: Path) -> None:
    write_folder(tmp_path, BINARY, train={"a.csv": "1,2,3\n0,3,4\n"}, validation={"a.csv": "1,2\n"})
    with pytest.raises(UserError, match="channel validation has 1 features, and channel train has 2"):
        train(tmp_path)


def test_a_column_that_nothing_has_room_for_is_one_clear_error(tmp_path: Path) -> None:
    row = (  # label 1, and 4.0 in column 2 ** 60
        "0a23d7ce330000000a1d0a0676616c756573121312110a04000080401209"
        "80808080808080801012120a0676616c756573120812060a040000803f00"
    )
    with pytest.raises(UserError, match="channel train: there is no room for rows of 1152921504606846977 features"):
        train(write_folder(tmp_path, BINARY, None, train={"rows.rec": bytes.fromhex(row)}))


def test_labels_must_be_classes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="channel train: labels are 0 to 1 for binary_classifier, found 2"):
        train(write_folder(tmp_path, BINARY, train={"a.csv": "1,2\n2,3\n"}))
