"""Requests against AWS's own model: what botocore lets through, and the service would refuse."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from smtune.service_model import Violation, _pattern, shapes, violations

REQUEST = "CreateHyperParameterTuningJobRequest"


def constraints(shape: str, value: object) -> list[tuple[tuple[str | int, ...], str]]:
    return [(item.path, item.constraint) for item in violations(shape, value)]


def test_the_model_is_the_one_that_botocore_uses(model: Any) -> None:
    assert set(shapes()) == set(model.shape_names)


def patterns_below(name: str, seen: set[str]) -> set[str]:
    """The patterns of a shape and of all that it holds."""
    if name in seen:
        return set()
    seen.add(name)
    shape = shapes()[name]
    inner = [*shape.get("members", {}).values(), *(shape[key] for key in ("member", "key", "value") if key in shape)]
    own = {shape["pattern"]} if "pattern" in shape else set[str]()
    return own.union(*(patterns_below(item["shape"], seen) for item in inner))


@pytest.mark.parametrize(
    "shape",
    [
        REQUEST,
        "DescribeHyperParameterTuningJobRequest",
        "DescribeTrainingJobRequest",
        "ListHyperParameterTuningJobsRequest",
        "ListTagsInput",
        "ListTrainingJobsForHyperParameterTuningJobRequest",
        "StopHyperParameterTuningJobRequest",
    ],
)
def test_every_pattern_of_a_request_compiles(shape: str) -> None:
    found = patterns_below(shape, set())
    assert found
    for pattern in found:
        _pattern(pattern)


def test_every_type_of_the_model_is_known() -> None:
    # An object of no type at all has the wrong one everywhere, and nothing is raised.
    wrong = {violations(name, object())[0].constraint for name in shapes()}
    assert {constraint.rpartition(" ")[2] for constraint in wrong} == {shape["type"] for shape in shapes().values()}


@pytest.mark.parametrize(
    ("shape", "value", "constraint"),
    [
        ("HyperParameterTuningJobName", "a" + "-" * 31 + "b", "Member must have length less than or equal to 32"),
        (
            "ProcessingJobName",
            "a\n",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        ),
        (
            "HyperParameterTuningJobName",
            "a_b",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}",
        ),
        (
            "HyperParameterTuningJobStrategyType",
            "bayesian",
            "Member must satisfy enum value set: [Bayesian, Random, Hyperband, Grid]",
        ),
        ("MaxParallelTrainingJobs", 0, "Member must have value greater than or equal to 1"),
        (
            "HyperParameterTuningMaxRuntimeInSeconds",
            10**8,
            "Member must have value less than or equal to 15768000",
        ),
        ("MaxParallelTrainingJobs", "1", "Member must be of type integer"),
        ("MaxParallelTrainingJobs", 1.0, "Member must be of type integer"),
        ("MaxParallelTrainingJobs", True, "Member must be of type integer"),
        ("MaxParallelTrainingJobs", 2**31, "Member must be of type integer"),
        ("RandomSeed", -(2**40), "Member must be of type integer"),
        ("Boolean", 1, "Member must be of type boolean"),
        ("TargetObjectiveMetricValue", float("nan"), "Member must be of type float"),
        ("TargetObjectiveMetricValue", float("inf"), "Member must be of type float"),
        ("Timestamp", "2020-01-01", "Member must be of type timestamp"),
        ("TagList", {"Key": "a"}, "Member must be of type list"),
        ("TagList", [{"Key": "a", "Value": "b"}] * 51, "Member must have length less than or equal to 50"),
        ("HyperParameters", [], "Member must be of type map"),
        ("Tag", "a=b", "Member must be of type structure"),
    ],
)
def test_a_value_that_the_service_refuses(shape: str, value: object, constraint: str) -> None:
    assert constraints(shape, value) == [((), constraint)]


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("MaxParallelTrainingJobs", 1),
        ("RandomSeed", 2**31 - 1),
        ("TargetObjectiveMetricValue", 1),
        ("TargetObjectiveMetricValue", 0.5),
        ("Boolean", False),
        ("Timestamp", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        ("TagList", ()),
        ("TagValue", "naïve 数 ٣ a_.:/=+-@"),
        ("HyperParameterValue", "two\nlines"),
        ("HyperParameters", {}),
    ],
)
def test_a_value_that_the_service_takes(shape: str, value: object) -> None:
    assert violations(shape, value) == ()


def test_unknown_and_missing_members_are_named() -> None:
    assert constraints("Tag", {"Key": "a", "value": "b"}) == [
        (("Value",), "Member must not be null"),
        (("value",), "Member is not in the service's model"),
    ]


def test_length_and_pattern_are_both_said() -> None:
    assert [constraint.split(" ")[2:5] for _, constraint in constraints("HyperParameterTuningJobName", "")] == [
        ["have", "length", "greater"],
        ["satisfy", "regular", "expression"],
    ]


@pytest.mark.parametrize("role", ["arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/x", "arn:aws:iam::123456789012:role/é"])
def test_digits_and_letters_of_a_pattern_are_ascii_as_in_java(role: str) -> None:
    assert len(violations("RoleArn", role)) == 1


def test_a_tag_holds_spaces_but_no_line_breaks() -> None:
    assert violations("TagValue", "a b\u00a0c") == ()
    assert len(violations("TagValue", "a\nb")) == 1


def test_all_violations_come_at_once_each_with_its_path() -> None:
    found = constraints("TagList", [{"Key": "", "Value": "ok"}, {"Key": "a", "Value": "x#"}])
    assert [path for path, _ in found] == [(0, "Key"), (1, "Value")]


def test_keys_and_values_of_a_map_are_checked() -> None:
    found = constraints("HyperParameters", {"k" * 257: "v", "k": "v" * 2501})
    assert found == [
        (("k" * 257,), "Member must have length less than or equal to 256"),
        (("k",), "Member must have length less than or equal to 2500"),
    ]


def test_only_a_wrong_enum_has_choices() -> None:
    (found,) = violations("HyperParameterTuningJobStrategyType", "x")
    assert found.choices == ("Bayesian", "Random", "Hyperband", "Grid")
    assert violations("HyperParameterTuningJobName", "")[0].choices == ()


@pytest.mark.parametrize(
    ("shape", "value", "malformed"),
    [("RandomSeed", "1", True), ("Tag", {"Key": "a"}, True), ("RandomSeed", -1, False), ("TagKey", "#", False)],
)
def test_malformed_is_what_has_not_even_the_shape(shape: str, value: object, malformed: bool) -> None:
    assert [item.is_malformed for item in violations(shape, value)] == [malformed]


def test_the_sentence_is_the_services() -> None:
    path = ("HyperParameterTuningJobConfig", "ParameterRanges", "ContinuousParameterRanges", 0, "Name")
    assert Violation(path, "x", "Member must ...").sentence == (
        "Value 'x' at 'hyperParameterTuningJobConfig.parameterRanges.continuousParameterRanges.1.member.name' "
        "failed to satisfy constraint: Member must ..."
    )


def test_a_large_structure_is_cut_in_the_sentence() -> None:
    (found,) = violations("TagList", [{"Key": "a", "Value": "b"}] * 51)
    assert len(found.sentence) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Key", "Value", "x"]), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def model() -> Any:
    return boto3.Session(region_name="us-east-1").client("sagemaker").meta.service_model


@given(value=JSON)
def test_whatever_botocore_refuses_is_a_violation(model: Any, value: Any) -> None:
    report = ParamValidator().validate({"Tags": value}, model.shape_for("AddTagsInput"))
    refused = [line for line in report.generate_report().splitlines() if '"ResourceArn"' not in line]
    if refused:
        assert [item for item in violations("AddTagsInput", {"Tags": value}) if item.path != ("ResourceArn",)] != []


def test_botocore_alone_lets_a_wrong_enum_through(model: Any) -> None:
    # The reason why this module is there.
    wrong = {"Type": "maximise", "MetricName": "m"}
    assert not ParamValidator().validate(wrong, model.shape_for("HyperParameterTuningJobObjective")).has_errors()
    assert len(violations("HyperParameterTuningJobObjective", wrong)) == 1


def test_reading_the_model_does_not_import_botocore() -> None:
    code = "import sys, json; from smtune.service_model import shapes; shapes(); print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert [name for name in modules if name.split(".")[0] in {"botocore", "boto3"}] == []
