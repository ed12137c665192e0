"""What a number is called in the log, and what the metric is called then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab.metric_name import is_maximized, metric_name, role_of, set_of


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("loss", "loss"),
        ("val_loss", "validation:loss"),
        ("valLoss", "validation:loss"),
        ("eval/loss", "validation:loss"),
        ("Validation loss", "validation:loss"),
        ("loss.validation", "validation:loss"),
        ("validation:rmse", "validation:rmse"),
        ("train-rmse", "train:rmse"),
        ("training's auc", "train:auc"),
        ("valid_0's binary_logloss", "validation:binary_logloss"),
        ("learn", "train:value"),
        ("test_acc", "test:acc"),
        ("F1", "f1"),
        ("ndcg@10", "ndcg@10"),
        ("error@0.7", "error@0.7"),
        ("interval loss", "interval_loss"),
        ("latest_loss", "latest_loss"),
        ("???", "???"),
    ],
)
def test_the_set_comes_first(printed: str, name: str) -> None:
    assert metric_name(printed) == name
    assert set_of(printed) == (name.split(":")[0] if ":" in name else "")


@pytest.mark.parametrize(
    ("printed", "role"),
    [
        ("val_loss", "metric"), ("binary_logloss", "metric"), ("F1", "metric"), ("ndcg@10", "metric"),
        ("train.foo", "metric"), ("loss_rate", "metric"),
        ("epoch", "counter"), ("learning_rate", "counter"), ("eval_runtime", "counter"), ("lr", "counter"),
        ("train_samples_per_second", "counter"), ("v_num", "counter"),
        ("foo", "number"), ("alpha", "number"), ("iterate", "number"),
    ],
)  # fmt: skip
def test_what_a_number_most_likely_is(printed: str, role: str) -> None:
    assert role_of(printed) == role


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("validation:rmse", False), ("train:logloss", False), ("loss", False), ("test_error", False),
        ("val_accuracy", True), ("validation:auc", True), ("ndcg@10", True), ("f1", True), ("foo", None), ("", None),
    ],
)  # fmt: skip
def test_which_way_is_better(name: str, expected: bool | None) -> None:
    assert is_maximized(name) is expected


@given(st.text(min_size=1))
def test_a_name_is_never_empty_and_keeps_its_set(printed: str) -> None:
    name = metric_name(printed)
    assert name
    assert not set_of(printed) or name.startswith(f"{set_of(printed)}:")
