"""Problems planted in three real data sets: the loop finds each, and what it does about it helps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_sample_images

from smtune.loop import LoopOptions, Round, run_rounds
from smtune.reporting import gather_report, rendered
from smtune.session import connect
from smtune.spec import Table, load_spec
from smtune.spec.ranges import Integer

pytestmark = pytest.mark.thorough

SPEC = """
name: planted
algorithm: {{builtin: xgboost, version: 1.7-1}}
objective: {{minimize: validation:error}}
hyperparameters:
  objective: binary:logistic
  eval_metric: error
  num_round: {trees}
  max_depth: {depth}
  eta: {{min: 0.05, max: 0.3, scale: log}}
  subsample: {{min: 0.6, max: 1.0}}
strategy: bayesian
seed: 3
limits: {{jobs: 6, parallel: 2}}
data: {{source: rows.csv, label: label, split: {split}}}
diagnosis:
  human_error: 0.02
  human_cases: 1000
  metrics: {{train: train:error, validation: validation:error, test: test:error}}
compute: {{instance: ml.m5.large}}
"""


def tumours() -> pd.DataFrame:
    """569 tumours, measured: benign or not."""
    frame: pd.DataFrame = load_breast_cancer(as_frame=True).frame
    return frame.rename(columns={"target": "label"})


def photographs() -> pd.DataFrame:
    """3,000 squares of three by three pixels: which of two photographs are they from?"""
    random = np.random.default_rng(0)
    rows = []
    for label, picture in enumerate(load_sample_images().images):
        tops, lefts = (random.integers(0, size - 3, 1500) for size in picture.shape[:2])
        rows += [
            [label, *picture[top : top + 3, left : left + 3].ravel()] for top, left in zip(tops, lefts, strict=True)
        ]
    return pd.DataFrame(rows, columns=["label", *(f"pixel{number}" for number in range(27))])


def shifted_digits() -> pd.DataFrame:
    """1,797 digits: five and above, or below. The newer half is of another scanner: each of them stands a pixel further
    to the right, of eight."""
    frame: pd.DataFrame = load_digits(as_frame=True).frame
    frame = frame.assign(label=(frame.pop("target") >= 5).astype(int))
    pixels = [str(name) for name in frame if name != "label"]
    pictures = frame[pixels].to_numpy(copy=True).reshape(-1, 8, 8)
    newer = slice(len(frame) // 2, None)
    pictures[newer] = np.roll(pictures[newer], 1, axis=2)
    frame[pixels] = pictures.reshape(-1, 64)
    return frame.assign(day=range(len(frame)))


def loop(folder: Path, rows: pd.DataFrame, *, trees: int, depth: int, split: str) -> Sequence[Round]:
    """Two rounds."""
    rows.to_csv(folder / "rows.csv", index=False)
    spec = load_spec(SPEC.format(trees=trees, depth=depth, split=split))
    return list(run_rounds(connect("local"), spec, folder, LoopOptions(rounds=2)))


def improved(rounds: Sequence[Round]) -> tuple[float, float]:
    """The validation error of both rounds."""
    before, after = (each.objective for each in rounds)
    assert before is not None
    assert after is not None
    return before, after


def test_too_small_a_model_is_found_and_a_larger_one_is_better(tmp_path: Path) -> None:
    first, second = rounds = loop(
        tmp_path, tumours(), trees=1, depth=1, split="{train: 0.6, validation: 0.4, test: 0.0, stratify: label}"
    )
    before, after = improved(rounds)
    assert first.headline.startswith("High bias")
    assert first.next is not None
    assert first.next.title in ("Use a bigger model", "Train longer")
    assert second.rematch is None, "both have the same validation rows"
    trees = second.spec.hyperparameters["num_round"]
    assert isinstance(trees, Integer)
    assert (trees.min, trees.max) == (1, 1000)
    assert "the same in all training jobs, 1: search it, more than that" in {
        change.reason for change in first.next.changes
    }
    assert second.is_best
    assert before > 0.1
    assert after < 0.6 * before


def test_too_few_training_rows_are_found_and_more_are_better(tmp_path: Path) -> None:
    split = "{train: 0.03, validation: 0.47, test: 0.5, stratify: label}"
    first, second = rounds = loop(tmp_path, photographs(), trees=100, depth=6, split=split)
    before, after = improved(rounds)
    assert first.headline.startswith("High variance")
    assert first.next is not None
    assert first.next.title == "Get more training data"
    assert {change.reason for change in first.next.changes} == {"more rows to learn from"}
    assert isinstance(second.spec.data, Table)
    assert second.spec.data.split.train == 0.7
    assert second.is_best
    assert before > 0.08
    assert on_the_same_rows(second) < 0.6
    assert after < 0.6 * before


def on_the_same_rows(found: Round) -> float:
    """The validation error as a part of what the best round before has on the same rows."""
    assert found.rematch is not None
    assert found.rematch.values is not None
    before, after = found.rematch.values
    assert found.rematch.rows > 200
    return after / before


def test_validation_rows_of_another_time_are_found_and_training_nearer_to_them_is_better(tmp_path: Path) -> None:
    split = "{train: 0.4, train_dev: 0.1, validation: 0.3, test: 0.2, time: day}"
    first, second = rounds = loop(tmp_path, shifted_digits(), trees=100, depth=6, split=split)
    before, after = improved(rounds)
    assert first.headline.startswith("Training/validation data distribution mismatch")
    assert first.advice is not None
    diagnosis = first.advice.examination.diagnosis
    assert diagnosis is not None
    verdicts = {gap.name: gap.verdict for gap in diagnosis.gaps}
    assert verdicts["data_mismatch"] == "present"
    assert verdicts["avoidable_bias"] == "absent"
    assert verdicts["variance"] != "present", "without train-dev rows it would be called variance"
    assert first.next is not None
    assert first.next.title == "Bring the training data closer to the validation distribution"
    (seen,) = first.advice.examination.corroborations
    assert seen.found.where == "features", "digits are the same, pixels are not"
    assert seen.sentences[0] in first.next.evidence
    told = gather_report(connect("local"), first.job)
    for form in ("html", "markdown"):
        report = rendered(told, form).decode()
        assert "data distribution mismatch" in report
        assert "What the rows say" in report
        assert seen.sentences[1] in report
    assert {change.reason for change in first.next.changes} == {"training reaches into the time that validation is of"}
    assert second.is_best
    assert before > 0.3
    assert on_the_same_rows(second) < 0.4
    assert after < 0.4 * before
