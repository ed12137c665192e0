"""How sure a rule is: where it is an error for one request and a warning for another."""

from __future__ import annotations

import pytest
from rule_requests import (
    KNN,
    KNN_STATIC,
    NEWER_XGBOOST,
    D,
    Json,
    builtin,
    continuous,
    image,
    merged,
    metrics,
    ranges,
    xgboost,
)

from smtune.rules import broken_rules

NEWER = {D: {"AlgorithmSpecification": {"TrainingImage": NEWER_XGBOOST}}}


def found(request: Json) -> list[tuple[str, str, str]]:
    return [(item.rule, item.severity, item.message) for item in broken_rules(request)]


@pytest.mark.parametrize(
    ("static", "message"),
    [
        ({"max_dept": "3"}, "Extraneous hyperparameter found: max_dept"),
        ({"max_depth": "-1"}, "Hyperparameter max_depth: -1 is not in [0, +inf)"),
        ({"max_depth": "few"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
        ({"objective": None, "eval_metric": "auc"},
         "Missing required hyperparameter: objective (the container needs it to check eval_metric)"),
    ],
)  # fmt: skip
def test_the_rules_of_one_version_of_xgboost_are_warnings_for_another(static: Json, message: str) -> None:
    assert found(xgboost(static)) == [("xgboost", "error", message)]
    assert found(merged(xgboost(static), NEWER)) == [("xgboost", "warning", message)]
    (warning,) = broken_rules(merged(xgboost(static), NEWER))
    assert warning.fix.startswith("that is 1.7-1's rule, 3.0-5 may have another: ")


def test_the_tag_with_a_processor_is_of_the_same_version() -> None:
    ours = merged(xgboost({"max_dept": "3"}), image("683313688378", "us-east-1", "sagemaker-xgboost:1.7-1-cpu-py3"))
    assert [severity for _, severity, _ in found(ours)] == ["error"]


def test_every_version_of_xgboost_needs_its_rounds() -> None:
    missing = ("xgboost", "error", "Missing required hyperparameter: num_round")
    assert found(merged(xgboost({"num_round": None}), NEWER)) == [missing]


def test_a_script_in_a_built_in_algorithms_image_takes_any_hyperparameter() -> None:
    odd = {"StaticHyperParameters": {"sagemaker_program": "train.py", "predictor_type": "clasifier"}}
    knn = builtin(KNN, KNN_STATIC | {"k": None}, "m", config=ranges(Integer=[continuous("depth", "1", "9")]))
    own = {"AlgorithmSpecification": {"MetricDefinitions": [{"Name": "m", "Regex": "m=(\\S+)"}]}}
    assert found(merged(knn, {D: merged(odd, own)})) == []


@pytest.mark.parametrize(
    ("regex", "severity"),
    [
        ("m=.*", "error"),
        ("m=(.*", "error"),
        ("m=(?<v>.*", "error"),
        ("\\p{L}=.*", "error"),
        ("(m)=(\\S+)", "warning"),
        ("m=(?<v>\\S+)", "warning"),
        ("\\p{L}=(\\S+)", "warning"),
        ("\\Qm(\\E=(\\S+)", "warning"),
        ("m=\\h*(\\S+)", "warning"),
    ],
)
def test_a_regex_that_reads_nothing_is_an_error_and_one_that_nobody_can_try_here_a_warning(
    regex: str, severity: str
) -> None:
    assert [(rule, how) for rule, how, _ in found(metrics(regex))] == [("R21", severity)]


def test_pythons_own_possessive_quantifiers_are_tried() -> None:
    assert found(metrics("m=(\\S++)")) == []
