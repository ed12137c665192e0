"""Numbers with names, whatever printed them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab.sighting import sightings
from smtune.metrics import as_logged


def named(text: str) -> dict[str, float]:
    return {item.name: item.value for item in sightings(as_logged(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epoch done, loss=0.5 val_loss=8.3e-05", {"loss": 0.5, "val_loss": 8.3e-05}),
        ("[0]\ttrain-rmse:0.5\tvalidation-rmse:-1e+30", {"train-rmse": 0.5, "validation-rmse": -1e30}),
        ("[0]#011train-rmse:0.5", {"train-rmse": 0.5}),
        ("validation:rmse=0.5", {"validation:rmse": 0.5}),
        ("{'loss': 0.5, 'learning_rate': 1e-05}", {"loss": 0.5, "learning_rate": 1e-05}),
        ("{'eval_loss': '0.4'}", {"eval_loss": 0.4}),
        ('{"train": {"loss": 1}, "validation": {"loss": 2}}', {"train.loss": 1.0, "validation.loss": 2.0}),
        ('{"a": {"b": {"c": 1}, "d": 2}, "e": 3}', {"a.b.c": 1.0, "a.d": 2.0, "e": 3.0}),
        ("9/10 - 3s - 10ms/step - loss: 0.5 - val_loss: 0.6", {"loss": 0.5, "val_loss": 0.6}),
        ("2026-05-04 09:12:00,123 INFO root: Validation loss: 0.5", {"Validation loss": 0.5}),
        ("INFO:root:loss=0.5", {"loss": 0.5}),
        ("[1]\tvalid_0's auc: 0.9\tvalid_1's auc: 0.8", {"valid_0's auc": 0.9, "valid_1's auc": 0.8}),
        ("0:\tlearn: 0.69\ttest: 0.7\ttotal: 5ms", {"learn": 0.69, "test": 0.7}),
        ("| loss 3.2 | ppl 9.1 |", {"loss": 3.2, "ppl": 9.1}),
        ("step 10 loss 0.5 lr 1e-3", {"step": 10.0, "loss": 0.5, "lr": 1e-3}),
        ("epoch 1, loss 0.5, acc 98.5%", {"epoch": 1.0, "loss": 0.5, "acc": 98.5}),
        ("        test_acc            0.98", {"test_acc": 0.98}),
        ("Iteration 1, loss = 0.7", {"Iteration": 1.0, "loss": 0.7}),
        ("loss = 0.5  val_loss = 0.6", {"loss": 0.5, "val_loss": 0.6}),
        ("loss = nan  val_loss = 0.6", {"loss": pytest.approx(float("nan"), nan_ok=True), "val_loss": 0.6}),
        ("100%|██| 1/1 [00:01<00:00, 5.0it/s, loss=0.5, acc=1.]", {"loss": 0.5, "acc": 1.0}),
        ("\x1b[1mloss\x1b[0m=\x1b[32m0.5\x1b[0m", {"loss": 0.5}),
        ("loss=0.5.", {"loss": 0.5}),
        ("F1=inf;", {"F1": float("inf")}),
        ("Avg. loss: 0.5, T: 100", {"Avg. loss": 0.5, "T": 100.0}),
        # A sentence is not a name, and what only begins as a number is none.
        ("after some more epochs of this the loss: 0.5", {"loss": 0.5}),
        ("the loss is 0.5 now", {}),
        ("day=2026-05-04 at: 12:30 x=1,234 version=1.2.3 took=3.2s done: 1/10 id=5e", {}),
        ("", {}),
        ("=0.5 : 1 [0]: 3", {}),
    ],
)
def test_what_a_line_says(text: str, expected: dict[str, float]) -> None:
    assert named(text) == expected


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for item in sightings(text):
        assert float(text[item.start : item.end]) == item.value or item.value != item.value
        assert text[: item.start].endswith(item.written + item.gap)


@pytest.mark.parametrize(
    "piece",
    ["a", " ", ":", "1", "a:1", "(a ", "{", '"a": {', "loss=0.5 ", "\x1b[0m", "#011", ": ", "e 1 ", "1.1.", "-", "\r"],
)
def test_a_line_of_junk_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    started = time.process_time()
    sightings(text)
    assert time.process_time() - started < 3.0
