"""The metric definitions of the built-in algorithms with images of their own, as the service fills them in."""

from __future__ import annotations

import re

import pytest

from smtune.algorithms.builtins import builtin
from smtune.algorithms.quality_metrics import quality_definitions

# As DescribeHyperParameterTuningJob shows them for jobs of linear-learner:1, kmeans:1 and knn:1.
SERVICE = {
    "test:dcg": r"#quality_metric: host=\S+, test dcg <score>=(\S+)",
    "test:binary_f_beta": r"#quality_metric: host=\S+, test binary_f_\S+ <score>=(\S+)",
    "test:mse": r"#quality_metric: host=\S+, test mse <loss>=(\S+)",
    "validation:objective_loss": r"#quality_metric: host=\S+, epoch=\S+, validation \S+_objective <loss>=(\S+)",
    "test:objective_loss": r"#quality_metric: host=\S+, test \S+_objective <loss>=(\S+)",
    "test:macro_f_beta": r"#quality_metric: host=\S+, test macro_f_\S+ <score>=(\S+)",
    "validation:multiclass_top_k_accuracy": (
        r"#quality_metric: host=\S+, validation multiclass_top_k_accuracy_\S+ <score>=(\S+)"
    ),
    "validation:binary_classification_accuracy": (
        r"#quality_metric: host=\S+, validation binary_classification_accuracy <score>=(\S+)"
    ),
    "validation:absolute_loss": r"#quality_metric: host=\S+, validation absolute_loss <loss>=(\S+)",
    "test:msd": r"#quality_metric: host=\S+, test msd <loss>=(\S+)",
}


def test_the_expressions_are_the_services() -> None:
    all_of_them = [*quality_definitions("linear-learner"), *quality_definitions("kmeans")]
    ours = {each["Name"]: each["Regex"] for each in all_of_them}
    assert {name: ours[name] for name in SERVICE} == SERVICE


@pytest.mark.parametrize("name", ["kmeans", "knn", "linear-learner"])
def test_every_documented_metric_has_one(name: str) -> None:
    table = builtin(name)
    assert table is not None
    definitions = quality_definitions(name)
    assert [each["Name"] for each in definitions] == list(table.metrics)
    assert all(re.compile(each["Regex"]).groups == 1 for each in definitions)


def test_other_algorithms_have_none() -> None:
    assert quality_definitions("xgboost") == quality_definitions("no-such") == []


def test_a_line_of_the_services_log_is_read() -> None:
    line = "[03/14/2019 21:48:40 INFO 139824253740864] #quality_metric: host=algo-1, test msd <loss>=0.347935478716"
    (regex,) = (each["Regex"] for each in quality_definitions("kmeans") if each["Name"] == "test:msd")
    found = re.search(regex, line)
    assert found is not None
    assert float(found[1]) == 0.347935478716
