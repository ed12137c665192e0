"""A CSV file of predictions: metrics by set, their standard errors, people's errors; and what cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smtune.diagnosis import Diagnosis, Measured
from smtune.errors import UsageError
from smtune.predictions import diagnose_predictions, read_predictions
from smtune.predictions.diagnose import people


def write(path: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(path / "predictions.csv", index=False)
    return path / "predictions.csv"


def answers(rows: int, error: float, name: str, seed: int = 1) -> pd.DataFrame:
    """A set of two classes in which exactly that part is wrong."""
    rng = np.random.default_rng([seed, rows])
    label = rng.integers(0, 2, rows)
    wrong = np.arange(rows) < round(error * rows)
    return pd.DataFrame({"set": name, "label": label, "prediction": np.where(wrong, 1 - label, label)})


def of(path: Path, frame: pd.DataFrame, **more: object) -> Diagnosis:
    return diagnose_predictions(read_predictions(write(path, frame)), **more)  # type: ignore[arg-type]


def test_errors_and_rows_by_set(tmp_path: Path) -> None:
    frame = pd.concat([answers(7000, 0.05, "train"), answers(1500, 0.06, "Validation")])
    found = of(tmp_path, frame, human_error="1%/1000")
    assert {level.name: (float(level.value), level.rows) for level in found.errors.levels} == {
        "human": (0.01, 1000),
        "train": (0.05, 7000),
        "validation": (0.06, 1500),
    }
    assert found.order == ("high_bias",)


def test_accuracy_is_the_same_diagnosis(tmp_path: Path) -> None:
    frame = pd.concat([answers(700, 0.05, "train"), answers(150, 0.2, "validation")])
    by_error, by_accuracy = (of(tmp_path, frame, human_error="1%", metric=name) for name in ("error", "accuracy"))
    assert by_error.findings == by_accuracy.findings
    assert by_error.order == ("high_variance",)


class TestPeople:
    def frame(self, path: Path) -> Path:
        frame = pd.concat([answers(400, 0.05, "train"), answers(400, 0.06, "validation")], ignore_index=True)
        rng = np.random.default_rng(5)
        for person, error in (("doctor#1", 0.1), ("doctor#2", 0.1), ("doctor#3", 0.1), ("expert", 0.02)):
            wrong = rng.random(len(frame)) < error
            frame[f"human:{person}"] = np.where(wrong, 1 - frame["label"], frame["label"]).astype(str)
        frame.loc[frame["set"] == "train", "human:expert"] = ""
        return write(path, frame)

    def test_a_majority_that_errs_less_stands_for_its_members(self, tmp_path: Path) -> None:
        majority, expert = people(read_predictions(self.frame(tmp_path)), "error")
        assert [each.label for each in (majority, expert)] == ["majority of 3 doctor", "expert"]
        for group, error, rows in ((majority, 0.028, 800), (expert, 0.02, 400)):
            assert float(group.error.value) == pytest.approx(error, abs=0.02)  # type: ignore[union-attr]
            assert group.error.rows == rows  # type: ignore[union-attr]

    def test_people_of_a_kind_are_one_group_where_their_majority_is_no_better(self, tmp_path: Path) -> None:
        frame = pd.read_csv(self.frame(tmp_path), dtype=str).fillna("")
        for number in (2, 3):
            frame[f"human:doctor#{number}"] = frame["human:doctor#1"]  # they all say what the first says
        doctor, _ = people(read_predictions(write(tmp_path, frame)), "error")
        assert doctor.label == "doctor"
        assert isinstance(doctor.error, Measured)
        assert doctor.error.rows == 2400
        assert doctor.error.standard_error is not None
        assert float(doctor.error.standard_error) == pytest.approx(np.sqrt(0.1 * 0.9 / 800), rel=0.25)

    def test_the_best_of_them_is_human_level(self, tmp_path: Path) -> None:
        found = diagnose_predictions(read_predictions(self.frame(tmp_path)))
        assert found.errors.human is not None
        assert float(found.errors.human.value) < 0.05

    def test_answers_are_no_reference_for_an_auc(self, tmp_path: Path) -> None:
        frame = pd.read_csv(self.frame(tmp_path), dtype=str).fillna("").assign(score="0.5")
        with pytest.raises(UsageError, match="give --human-error as well"):
            of(tmp_path, frame, metric="auc")


class TestUncertainty:
    def test_rows_of_a_group_err_together_so_the_interval_is_wider(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(2)
        bad = rng.random(40) < 0.1  # whole patients are wrong
        validation = pd.DataFrame({"set": "validation", "label": 1, "group": np.repeat(np.arange(40), 25)})
        validation["prediction"] = np.where(bad[validation["group"]], 0, 1)
        frame = pd.concat([answers(1000, 0.0, "train").assign(group=range(1000)), validation])
        alone, together = (of(tmp_path, each) for each in (frame.drop(columns="group"), frame))
        widths = [gap.interval.high - gap.interval.low for each in (alone, together) if (gap := each.gaps[1]).interval]
        assert widths[1] > 3 * widths[0]

    def test_a_bootstrap_is_the_standard_error_of_rmse(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(3)
        parts = []
        for name, rows, noise in (("train", 900, 1.0), ("validation", 400, 2.0)):
            label = rng.normal(0, 10, rows)
            parts.append(pd.DataFrame({"set": name, "label": label, "prediction": label + rng.normal(0, noise, rows)}))
        found = of(tmp_path, pd.concat(parts), metric="rmse", human_error="0.95", baseline_error=10)
        validation = found.errors.validation
        assert float(validation.value) == pytest.approx(2.0, rel=0.1)
        assert validation.spread is not None
        # Of normal residuals it is rmse / sqrt(2 n).
        assert validation.spread.error(2.0) == pytest.approx(2.0 / np.sqrt(2 * 400), rel=0.2)
        assert found.order == ("high_variance",)

    @pytest.mark.parametrize("metric", ["auc", "logloss", "f1"])
    def test_metrics_of_two_classes_have_one_too(self, tmp_path: Path, metric: str) -> None:
        rng = np.random.default_rng(4)
        label = rng.integers(0, 2, 600)
        score = np.clip(label * 0.6 + rng.normal(0.2, 0.2, 600), 0.01, 0.99)
        name = np.where(np.arange(600) < 400, "train", "validation")
        frame = pd.DataFrame({"set": name, "label": label, "score": score, "prediction": (score > 0.5).astype(int)})
        found = of(
            tmp_path,
            frame,
            metric=metric,
            human_error="0.01",
            **({"baseline_error": 0.7} if metric == "logloss" else {}),
        )
        assert all(gap.interval is not None for gap in found.gaps)

    def test_a_handful_of_groups_says_nothing(self, tmp_path: Path) -> None:
        frame = pd.concat([answers(100, 0.1, "train"), answers(100, 0.3, "validation")]).assign(group="one")
        assert all(gap.evidence == "point-only" for gap in of(tmp_path, frame).gaps)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as CSV"),
        ("set,label\ntrain,1\n", "no column prediction"),
        ("label,prediction\n1,1\n", "no column set"),
        ("set,label,prediction\ndev,1,1\n", "predictions.csv:2: the set 'dev' is none of"),
        ("set,label,prediction\ntrain,1,1\ntrain,,1\n", "predictions.csv:3: label is empty"),
        ("set,label,prediction\ntrain,1,1\n", "no 'validation'"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        diagnose_predictions(read_predictions(path))


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("ndcg", "'ndcg' is not computed"),
        ("auc", "no column score"),
        ("rmse", "label is 'a'; it takes numbers"),
        ("f1", "3 classes"),
    ],
)
def test_a_metric_that_does_not_fit(tmp_path: Path, metric: str, message: str) -> None:
    frame = pd.DataFrame({"set": ["train", "validation"] * 3, "label": list("aabbcc"), "prediction": list("aabbcc")})
    with pytest.raises(UsageError, match=message):
        of(tmp_path, frame, metric=metric)
