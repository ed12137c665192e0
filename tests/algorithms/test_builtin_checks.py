"""What is complained about in the hyperparameters and the objective of a built-in algorithm."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.algorithms.builtins import (
    Complaint,
    TunedRange,
    builtin,
    builtin_names,
    complaints,
    objective_complaint,
)

KMEANS = {"feature_dim": "10", "k": "3"}
LINEAR = {"predictor_type": "regressor"}
LIGHTGBM = {"sagemaker_program": "transfer_learning.py", "sagemaker_submit_directory": "s3://bucket/sourcedir.tar.gz"}
FOREST = {"feature_dim": "4"}
# What a tuning job of each algorithm cannot do without.
REQUIRED: dict[str, dict[str, str]] = {
    "kmeans": KMEANS,
    "linear-learner": LINEAR,
    "lightgbm": LIGHTGBM,
    "catboost": LIGHTGBM,
    "randomcutforest": FOREST,
    "pca": {"feature_dim": "10", "mini_batch_size": "100", "num_components": "2"},
    "knn": {"feature_dim": "10", "k": "3", "sample_size": "100", "predictor_type": "classifier"},
    "semantic-segmentation": {"num_classes": "2", "num_training_samples": "9"},
    "image-classification": {"num_classes": "2", "num_training_samples": "9"},
}


def continuous(low: str, high: str) -> TunedRange:
    return TunedRange("Continuous", (low, high))


def integer(low: str, high: str) -> TunedRange:
    return TunedRange("Integer", (low, high))


def choice(*values: str) -> TunedRange:
    return TunedRange("Categorical", values)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_is_enough(name: str) -> None:
    assert complaints(name, REQUIRED[name], {}) == ()


@pytest.mark.parametrize("name", builtin_names())
def test_the_documented_defaults_and_recommended_ranges_are_not_complained_about(name: str) -> None:
    table = builtin(name)
    assert table is not None
    static = {each.name: each.default for each in table.parameters.values() if each.default is not None}
    ranges = {}
    for each in table.parameters.values():
        if each.recommended:
            ends = tuple(each.recommended.strip("[]").split(", "))
            number = "Integer" if each.kind == "integer" else "Continuous"
            ranges[each.name] = TunedRange(number if each.recommended.startswith("[") else "Categorical", ends)  # type: ignore[arg-type]
            static.pop(each.name, None)
    assert [found for found in complaints(name, static, ranges) if " needs " not in found.message] == []


@pytest.mark.parametrize(
    ("name", "static", "found"),
    [
        ("kmeans", {"epoch": "3"}, ("epoch", "K-means has no hyperparameter 'epoch'", "did you mean epochs?")),
        (
            "randomcutforest",
            {"zzz": "3"},
            (
                "zzz",
                "Random cut forest has no hyperparameter 'zzz'",
                "remove it; known: feature_dim, eval_metrics, num_samples_per_tree, num_trees",
            ),
        ),
        ("kmeans", {"epochs": "0"}, ("epochs", "0 is not in [1, inf)", "write a whole number in [1, inf)")),
        ("kmeans", {"epochs": "0.5"}, ("epochs", "0.5 is not a whole number", "write a whole number in [1, inf)")),
        ("kmeans", {"epochs": "many"}, ("epochs", "'many' is not a number", "write a whole number in [1, inf)")),
        ("kmeans", {"epochs": "nan"}, ("epochs", "'nan' is not a number", "write a whole number in [1, inf)")),
        ("kmeans", {"epochs": "inf"}, ("epochs", "inf is not a whole number", "write a whole number in [1, inf)")),
        ("kmeans", {"epochs": ""}, ("epochs", "'' is not a number", "write a whole number in [1, inf)")),
        (
            "kmeans",
            {"extra_center_factor": "Auto"},
            ("extra_center_factor", "'Auto' is not a number", "write a whole number in [1, inf), or auto"),
        ),
        ("kmeans", {"init_method": "k"}, ("init_method", "'k' is not a choice", "valid here: random, kmeans++")),
        ("kmeans", {"local_lloyd_tol": "1.1"}, ("local_lloyd_tol", "1.1 is not in [0, 1]", "write a number in [0, 1]")),
        ("linear-learner", {"use_bias": "yes"}, ("use_bias", "'yes' is not a choice", "valid here: true, false")),
        (
            "linear-learner",
            {"normalize_data": "yes"},
            ("normalize_data", "'yes' is not a choice", "valid here: true, false, auto"),
        ),
        (
            "linear-learner",
            {"predictor_type": "multiclass_classifier"},
            (
                "",
                "Linear learner needs num_classes with predictor_type: multiclass_classifier",
                "add num_classes: with a value",
            ),
        ),
        (
            "knn",
            {"dimension_reduction_type": "sign"},
            (
                "",
                "K-nearest neighbors needs dimension_reduction_target with dimension_reduction_type",
                "add dimension_reduction_target: with a value",
            ),
        ),
        (
            "lightgbm",
            {"num_leaves": "1"},
            ("num_leaves", "1 is not in (1, 131072]", "write a whole number in (1, 131072]"),
        ),
        ("image-classification", {"num_layers": "51"}, ("num_layers", "'51' is not a choice", None)),
    ],
)
def test_a_static_value_is_refused(name: str, static: dict[str, str], found: tuple[str, str, str | None]) -> None:
    (complaint,) = complaints(name, REQUIRED[name] | static, {})
    hyperparameter, message, fix = found
    assert complaint == Complaint(hyperparameter, message, complaint.fix if fix is None else fix)


@pytest.mark.parametrize(
    ("name", "static"),
    [
        ("kmeans", {"extra_center_factor": "auto"}),
        ("kmeans", {"epochs": "10.0"}),
        ("kmeans", {"_tuning_objective_metric": "test:msd"}),
        ("linear-learner", {"use_bias": "True", "normalize_data": "auto", "unbias_data": "0", "l1": "0"}),
        ("lightgbm", {"extra_trees": "true", "sagemaker_container_log_level": "20", "num_boost_round": "5"}),
        ("semantic-segmentation", {"lr_scheduler": "poly"}),
    ],
)
def test_what_is_documented_or_not_said_is_not_refused(name: str, static: dict[str, str]) -> None:
    assert complaints(name, REQUIRED[name] | static, {}) == ()


def test_a_likely_slip_is_a_warning_where_the_documents_list_only_a_part() -> None:
    (complaint,) = complaints("lightgbm", LIGHTGBM | {"num_leafs": "31"}, {})
    assert (complaint.fix, complaint.severity) == ("did you mean num_leaves?", "warning")


def test_what_is_missing_is_named_and_may_have_a_range() -> None:
    found = complaints("knn", {}, {"k": integer("1", "9")})
    assert [each.message for each in found] == [
        "K-nearest neighbors needs feature_dim",
        "K-nearest neighbors needs predictor_type",
        "K-nearest neighbors needs sample_size",
    ]
    assert found[2].fix == "add sample_size: with a value or a range"


def test_an_algorithm_in_a_frameworks_container_needs_its_archive() -> None:
    program, archive = complaints("catboost", {}, {})
    assert program.fix == "add sagemaker_program: with a value (the entry point in the archive: transfer_learning.py)"
    assert "sagemaker_submit_directory" in archive.message


@pytest.mark.parametrize(
    ("name", "ranges", "expected"),
    [
        ("kmeans", {"epochs": integer("1", "10")}, []),
        ("kmeans", {"epochs": integer("0", "10")}, [("error", "0 is not in [1, inf)")]),
        (
            "kmeans",
            {"epochs": continuous("1.0", "10.0")},
            [("error", "a range of real numbers, where it takes whole ones")],
        ),
        ("kmeans", {"init_method": choice("random", "kmeans++")}, []),
        ("kmeans", {"init_method": choice("random", "x")}, [("error", "'x' is not a choice")]),
        ("kmeans", {"init_method": integer("1", "2")}, [("error", "a range of numbers, where it takes a choice")]),
        ("kmeans", {"epochs": choice("1", "5")}, []),
        ("kmeans", {"epochs": choice("1", "0.5")}, [("error", "0.5 is not a whole number")]),
        (
            "kmeans",
            {"half_life_time_size": integer("0", "5")},
            [("warning", "half_life_time_size is not among the hyperparameters that K-means is documented to tune")],
        ),
        ("linear-learner", {"wd": continuous("1e-7", "1")}, []),
        ("linear-learner", {"wd": continuous("-1", "1")}, [("error", "-1 is not in [0, inf)")]),
        (
            "linear-learner",
            {"wd": integer("1", "5")},
            [("warning", "a range of whole numbers, where it takes real ones")],
        ),
        ("linear-learner", {"use_bias": choice("true", "false")}, []),
        ("linear-learner", {"use_bias": integer("0", "1")}, [("error", "a range of numbers, where it takes a choice")]),
        ("pca", {"extra_components": integer("0", "5")}, [("warning", "extra_components is not among")]),
        ("lightgbm", {"extra_seed": integer("0", "5")}, []),
    ],
)
def test_a_range_is_checked_by_kind_and_ends(
    name: str, ranges: dict[str, TunedRange], expected: list[tuple[str, str]]
) -> None:
    found = complaints(name, REQUIRED[name], ranges)
    assert [each.severity for each in found] == [severity for severity, _ in expected]
    assert all(each.message.startswith(message) for each, (_, message) in zip(found, expected, strict=True))


def test_both_bad_ends_of_a_range_are_named() -> None:
    found = complaints("randomcutforest", FOREST, {"num_trees": integer("10", "2000")})
    assert [each.message for each in found] == ["10 is not in [50, 1000]", "2000 is not in [50, 1000]"]


def test_every_mistake_comes_at_once() -> None:
    static = {"k": "0", "epoch": "1", "init_method": "x"}
    assert len(complaints("kmeans", static, {"mini_batch_size": integer("0", "9")})) == 5


@pytest.mark.parametrize("name", ["xgboost", "jumpstart", ""])
def test_xgboost_is_checked_elsewhere_and_what_has_no_table_nowhere(name: str) -> None:
    assert complaints(name, {"foo": "1"}, {"eta": continuous("0", "9")}) == ()


@pytest.mark.parametrize(
    ("name", "metric", "direction", "expected"),
    [
        ("kmeans", "test:msd", "Minimize", None),
        (
            "kmeans",
            "test:msd",
            "Maximize",
            ("error", "test:msd is to be minimized", "write objective: {minimize: test:msd}"),
        ),
        (
            "kmeans",
            "test:mds",
            "Minimize",
            ("error", "K-means has no metric 'test:mds'", "did you mean test:msd?"),
        ),
        ("kmeans", "auc", "Maximize", ("error", "K-means has no metric 'auc'", "known: test:msd, test:ssd")),
        ("forecasting-deepar", "test:RMSE", "Minimize", None),
        ("lightgbm", "binary_logloss", "Minimize", None),
        (
            "lightgbm",
            "binary_logloss",
            "Maximize",
            ("warning", "binary_logloss is to be minimized", "write objective: {minimize: binary_logloss}"),
        ),
        ("xgboost", "validation:auc", "Maximize", None),
        ("autogluon-tabular", "anything", "Maximize", None),
        ("pca", "anything", "Maximize", None),
        ("jumpstart", "anything", "Maximize", None),
    ],
)
def test_an_objective_is_a_metric_in_its_direction(
    name: str, metric: str, direction: str, expected: tuple[str, str, str] | None
) -> None:
    found = objective_complaint(name, metric, direction)
    assert (found and (found.severity, found.message, found.fix)) == expected


texts = st.dictionaries(
    st.text(max_size=5) | st.sampled_from(["k", "epochs", "init_method", "learning_rate"]), st.text()
)
kinds = st.sampled_from(["Continuous", "Integer", "Categorical"])
tuned = st.dictionaries(
    st.sampled_from(["k", "epochs", "mode", "eta"]), st.builds(TunedRange, kinds, st.tuples(st.text(), st.text()))
)


@examples(100)
@given(st.sampled_from(builtin_names()), texts, tuned)
def test_any_text_gets_an_answer(name: str, static: Mapping[str, str], ranges: Mapping[str, TunedRange]) -> None:
    for complaint in complaints(name, static, ranges):
        assert complaint.message
        assert complaint.fix
        assert complaint.hyperparameter in {"", *static, *ranges}


@pytest.mark.parametrize("name", builtin_names())
def test_no_message_lists_more_than_can_be_read(name: str) -> None:
    found = [*complaints(name, {"zzzzzz": "1"}, {}), objective_complaint(name, "zzzzzz", "Maximize")]
    assert all(len(each.fix) < 300 for each in found if each)


def test_whole_numbers_where_fractions_are_meant_are_a_warning_for_xgboost_too() -> None:
    whole, real = TunedRange("Integer", ("0", "1")), TunedRange("Continuous", ("0", "1"))
    wide = TunedRange("Integer", ("0", "10"))
    tuned = {"eta": whole, "max_depth": whole, "gamma": real, "mine": whole, "max_delta_step": wide}
    (found,) = complaints("xgboost", {}, tuned)
    assert (found.hyperparameter, found.severity) == ("eta", "warning")
