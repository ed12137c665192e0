"""Which hyperparameter is the seed, and when none would make a difference."""

from __future__ import annotations

import re
from typing import Any

import pytest

from smtune.algorithms.images import image_uri
from smtune.errors import UsageError
from smtune.retrain.seed import builtin_of, draws, is_usual, seed_of, seeding

OWN = {"AlgorithmSpecification": {"TrainingImage": "1.dkr.ecr.eu-west-1.amazonaws.com/mine:1"}}
XGBOOST = {"AlgorithmSpecification": {"TrainingImage": image_uri("xgboost", "1.7-1", region="eu-west-1")}}
LINEAR = {"AlgorithmSpecification": {"TrainingImage": image_uri("linear-learner", "1", region="eu-west-1")}}
ARCHIVE = (
    "s3://jumpstart-cache-prod-eu-west-1/source-directory-tarballs/{}/transfer_learning/classification/v1/x.tar.gz"
)


def of_jumpstart(name: str) -> dict[str, dict[str, str]]:
    return {"a": {"sagemaker_submit_directory": ARCHIVE.format(name), "sagemaker_program": "transfer_learning.py"}}


@pytest.mark.parametrize(
    ("definition", "trainings", "expected"),
    [
        (XGBOOST, {"a": {"subsample": "0.8"}}, "seed"),
        (OWN, of_jumpstart("catboost"), "random_seed"),
        (OWN, {"a": {"random-state": "1", "depth": "3"}}, "random-state"),
        (XGBOOST, {"a": {"sagemaker_program": "train.py", "Seed": "4"}}, "Seed"),
        (LINEAR, {"a": {}}, None),
    ],
)
def test_the_seed_is_found(definition: Any, trainings: Any, expected: str | None) -> None:
    found = seeding(definition, trainings)
    assert found.hyperparameter == expected
    assert bool(found.notes) == (expected is None)


@pytest.mark.parametrize(
    ("definition", "trainings", "message"),
    [
        (XGBOOST, {"a": {"eta": "0.1"}}, "draws nothing where subsample and colsample_* are 1 (booster gbtree)"),
        (OWN, of_jumpstart("lightgbm"), "the built-in LightGBM takes no seed"),
        (OWN, {"a": {"depth": "3"}}, "no hyperparameter is called like a seed"),
        (OWN, {"a": {"seed": "3", "random_state": "4"}}, "it has seed and random_state"),
    ],
)
def test_what_would_be_trained_in_vain_is_refused(definition: Any, trainings: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        seeding(definition, trainings)


def test_one_that_draws_nothing_among_others_is_noted() -> None:
    found = seeding(XGBOOST, {"a": {"subsample": "0.5"}, "b": {"subsample": "1"}})
    assert found.hyperparameter == "seed"
    assert "the repeats of b will all be equal" in found.notes[0]


@pytest.mark.parametrize(
    ("hyperparameters", "expected"),
    [
        ({}, False),
        ({"subsample": "1.0", "colsample_bytree": "1"}, False),
        ({"colsample_bynode": "0.7"}, True),
        ({"num_parallel_tree": "4"}, False),
        ({"_kfold": "5"}, True),
        ({"booster": "dart"}, False),
        ({"booster": "dart", "rate_drop": "0.1"}, True),
        ({"booster": "dart", "rate_drop": "0.1", "skip_drop": "1"}, False),
        ({"booster": "dart", "rate_drop": "0.1", "skip_drop": "1", "subsample": "0.5"}, True),
        ({"booster": "gblinear"}, True),
        ({"booster": "gblinear", "updater": "coord_descent"}, False),
        ({"booster": "gblinear", "updater": "coord_descent", "feature_selector": "shuffle"}, True),
        ({"subsample": "half"}, False),
    ],
)
def test_whether_xgboost_draws(hyperparameters: dict[str, str], expected: bool) -> None:
    assert draws(hyperparameters) is expected


def test_a_script_in_xgboosts_image_is_no_builtin() -> None:
    assert builtin_of(XGBOOST, {}) == "xgboost"
    assert builtin_of(XGBOOST, {"sagemaker_program": "train.py"}) is None


def test_seeds_differ_by_repeat_and_attempt_and_stay() -> None:
    seeds = {seed_of("arn", attempt, number) for attempt in range(3) for number in range(1, 50)}
    assert len(seeds) == 3 * 49
    assert all(0 < seed < 2**31 for seed in seeds)
    assert seed_of("arn", 0, 1) == seed_of("arn", 0, 1) != seed_of("other", 0, 1)
    assert is_usual("Random-Seed")
    assert not is_usual("seeds_per_row")
