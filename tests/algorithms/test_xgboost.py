"""The built-in XGBoost as a table: names, ranges and messages are the container's own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.algorithms import xgboost
from smtune.algorithms.xgboost import HYPERPARAMETERS, METRICS, check, emitted_metrics, metric_definitions

TUNABLE = {
    "alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda",
    "max_delta_step", "max_depth", "min_child_weight", "num_round", "subsample",
}  # fmt: skip
BINARY = {"num_round": "10", "objective": "binary:logistic"}


def test_the_table_needs_no_library() -> None:
    code = "import smtune.algorithms.xgboost, sys; print({'numpy', 'xgboost', 'boto3'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"


def test_what_may_be_tuned_is_what_aws_documents() -> None:
    assert {name for name, each in HYPERPARAMETERS.items() if each.tunable} == TUNABLE
    assert [name for name, each in HYPERPARAMETERS.items() if each.required] == ["num_round"]


@pytest.mark.parametrize("name", sorted(TUNABLE))
def test_a_recommended_range_is_legal(name: str) -> None:
    for value in HYPERPARAMETERS[name].recommended or ():
        assert check({"num_round": "1", name: str(value)}) == ()


def test_legal_hyperparameters_are_not_complained_about() -> None:
    assert check(BINARY | {"eta": "0.2", "eval_metric": "auc,error@0.7", "reg_lambda": "3", "seed": "-5"}) == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"foo": "1"}, "Extraneous hyperparameter found: foo"),
        ({"eta": "7"}, "Hyperparameter eta: 7.0 is not in [0, 1]"),
        ({"learning_rate": "7"}, "Hyperparameter eta: 7.0 is not in [0, 1]"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"max_depth": "2.5"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
        ({"booster": "x"}, "Hyperparameter booster: x is not in ['gbtree', 'gblinear', 'dart']"),
        ({"prob_buffer_row": "1"}, "Hyperparameter prob_buffer_row: 1 is not in (1.0, +inf)"),
        (
            {"tree_method": "hist", "monotone_constraints": "(1,2)"},
            "Hyperparameter monotone_constraints: value (1, 2) not in range [-1, 0, 1]",
        ),
        (
            {"tree_method": "hist", "interaction_constraints": "[[0, 1]]"},
            "Hyperparameter interaction_constraints: value [[0, 1]] not in range [1, +inf)",
        ),
        (
            {"monotone_constraints": "(1,-1)"},
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        ({"eval_metric": "error@x"}, "Threshold value 't' in 'error@t' expects float input."),
        (
            {"objective": "multi:softmax"},
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            {"objective": "reg:squarederror", "eval_metric": "auc"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        (
            {"eval_metric": "aft-nloglik"},
            "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.",
        ),
        (
            {"booster": "gblinear", "updater": "prune"},
            "Linear updater should be one of these options: 'shotgun', 'coord_descent'.",
        ),
        (
            {"process_type": "update", "updater": "sync"},
            "process_type 'update' can only be used with updater 'refresh' and 'prune'",
        ),
    ],
)
def test_a_complaint_is_worded_as_the_container_words_it(given: dict[str, str], message: str) -> None:
    assert check(BINARY | given) == (message,)


def test_every_complaint_comes_at_once_and_the_containers_first_one_first() -> None:
    assert check({"eta": "7", "foo": "1", "max_depth": "x"}) == (
        "Missing required hyperparameter: num_round",
        "Extraneous hyperparameter found: foo",
        "Hyperparameter max_depth: could not parse value (caused by ValueError)",
        "Hyperparameter eta: 7.0 is not in [0, 1]",
    )


def test_a_rule_is_silent_about_what_is_already_complained_about() -> None:
    complaints = check({"num_round": "1", "objective": "foo", "eval_metric": "auc"})
    assert [text.split(":")[0] for text in complaints] == ["Hyperparameter objective"]


def test_the_container_cannot_check_eval_metric_without_an_objective() -> None:
    (complaint,) = check({"num_round": "1", "eval_metric": "rmse"})
    assert complaint.startswith("Missing required hyperparameter: objective")


def test_of_the_services_own_keys_only_three_are_the_containers() -> None:
    assert check(BINARY | {"_kfold": "3", "_num_cv_round": "1"}) == ()
    assert check(BINARY | {"_anything": "x"}) == ("Extraneous hyperparameter found: _anything",)
    assert check(BINARY | {"_kfold": "1"}) == ("Hyperparameter _kfold: 1 is not in [2, +inf)",)
    (complaint,) = check(BINARY | {"_tuning_objective_metric": "train:auc"})
    assert complaint.startswith("Hyperparameter _tuning_objective_metric: train:auc is not in ['validation:")


@given(st.dictionaries(st.sampled_from([*HYPERPARAMETERS, *xgboost.ALIASES, "foo", "_foo"]), st.text()))
def test_any_text_gets_an_answer(hyperparameters: dict[str, str]) -> None:
    if not check(hyperparameters):
        assert xgboost.parsed(hyperparameters)["num_round"] >= 1


@given(st.floats(allow_nan=False))
def test_eta_is_legal_exactly_between_0_and_1(eta: float) -> None:
    assert (check(BINARY | {"eta": repr(eta)}) == ()) == (0 <= eta <= 1)


def test_every_metric_has_a_direction_and_a_regex_for_both_channels() -> None:
    assert METRICS["auc"] == "Maximize"
    assert METRICS["interval-regression-accuracy"] == "Minimize"
    definitions = metric_definitions()
    assert len(definitions) == 2 * len(METRICS) == 66
    assert {"Name": "validation:auc", "Regex": r".*\[[0-9]+\].*#011validation-auc:(\S+)"} in definitions


def test_a_regex_finds_its_metric_in_the_services_log_and_no_other() -> None:
    line = "[3]\ttrain-auc:0.97139\tvalidation-auc:0.96753\tvalidation-aucpr:0.5".replace("\t", "#011")
    found = {}
    for definition in metric_definitions():
        match = re.match(definition["Regex"], line)
        if match:
            found[definition["Name"]] = match[1].partition("#011")[0]
    assert found == {"train:auc": "0.97139", "validation:auc": "0.96753", "validation:aucpr": "0.5"}


@pytest.mark.parametrize(
    ("hyperparameters", "printed"),
    [
        ({}, ["rmse"]),
        ({"objective": "binary:logistic"}, ["logloss"]),
        ({"objective": "multi:softprob"}, ["mlogloss"]),
        ({"objective": "rank:pairwise"}, ["map"]),
        ({"objective": "reg:tweedie", "tweedie_variance_power": "1.30"}, ["tweedie-nloglik@1.3"]),
        ({"objective": "reg:tweedie", "eval_metric": "tweedie-nloglik,mae"}, ["mae"]),
        ({"eval_metric": "error@0.70,auc"}, ["error@0.7", "auc"]),
        ({"eval_metric": "error@0.5"}, ["error"]),
        ({"eval_metric": "error", "_tuning_objective_metric": "validation:auc"}, ["auc", "error"]),
        ({"_tuning_objective_metric": "validation:auc"}, ["auc"]),
        ({"objective": "binary:hinge", "_tuning_objective_metric": "validation:f1"}, ["error", "f1"]),
        ({"eval_metric": "f1,rmse,auc"}, ["auc", "f1", "rmse"]),
    ],
)
def test_what_is_printed(hyperparameters: dict[str, str], printed: list[str]) -> None:
    """The objective metric joins eval_metric; scikit-learn's metrics come last and never come alone."""
    assert emitted_metrics(hyperparameters, ["train"]) == tuple(f"train:{name}" for name in printed)
    both = emitted_metrics(hyperparameters, ["validation", "train", "code"])
    assert both[len(printed) :] == tuple(f"validation:{name}" for name in printed)
