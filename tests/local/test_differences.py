"""What is said about a built-in algorithm's numbers before it runs here."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.algorithms.images import image_uri
from smtune.local.differences import differences

LIGHTGBM = (
    "s3://jumpstart-cache-prod-us-east-1/source-directory-tarballs/lightgbm/transfer_learning/regression/v1/s.tar.gz"
)


def definition(name: str, version: str, **static: str) -> dict[str, Any]:
    image = image_uri(name, version, region="us-east-1")
    return {"AlgorithmSpecification": {"TrainingImage": image}, "StaticHyperParameters": static}


@pytest.mark.parametrize(
    ("name", "words"),
    [("kmeans", "finds other centers"), ("knn", "exact neighbors"), ("linear-learner", "one model of it")],
)
def test_another_implementation_is_said(name: str, words: str) -> None:
    (sentence,) = differences(definition(name, "1"), "test:any")
    assert words in sentence


def test_another_version_of_the_same_library_is_said() -> None:
    script = {"sagemaker_program": "transfer_learning.py", "sagemaker_submit_directory": LIGHTGBM}
    (sentence,) = differences(definition("pytorch", "1.9.0", **script), "rmse")
    assert "the installed lightgbm" in sentence


def test_a_script_of_ones_own_has_none() -> None:
    script = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://mine/s.tar.gz"}
    assert differences(definition("pytorch", "1.9.0", **script), "rmse") == ()
    assert differences({"AlgorithmSpecification": {"TrainingImage": "mine:1"}}, "rmse") == ()


@pytest.mark.parametrize(
    ("version", "objective", "metric", "said"),
    [
        ("3.0-5", "binary:logistic", "validation:f1", True),
        ("3.0-5", "multi:softmax", "validation:accuracy", True),
        ("3.0-5", "multi:softprob", "validation:accuracy", False),
        ("3.0-5", "binary:logistic", "validation:auc", False),
        ("3.0-5", "reg:squarederror", "validation:rmse", False),
        ("1.7-1", "binary:logistic", "validation:f1", False),
    ],
)
def test_a_metric_that_the_newer_image_gets_wrong_is_said(
    version: str, objective: str, metric: str, said: bool
) -> None:
    found = differences(definition("xgboost", version, objective=objective), metric)
    assert bool(found) == said
    assert all("as if they were margins" in sentence for sentence in found)
