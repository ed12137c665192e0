"""Two requests, field by field, by name."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from plan_requests import definition, request
from request_strategies import requests

from smtune.compare import Difference, differences

ETA = {"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}
DEPTH = {"Name": "depth", "MinValue": "1", "MaxValue": "9"}


def with_ranges(*ranges: dict[str, str]) -> dict[str, Any]:
    return request(ParameterRanges={"ContinuousParameterRanges": list(ranges)})


def paths(before: Any, after: Any) -> dict[str, str]:
    return {item.path: item.kind for item in differences(before, after)}


def test_the_same_request_has_no_difference() -> None:
    assert differences(with_ranges(ETA, DEPTH), with_ranges(ETA, DEPTH)) == ()


def test_a_changed_value_is_named_in_full_with_both_values() -> None:
    assert differences(with_ranges(ETA), with_ranges({**ETA, "MaxValue": "0.3"})) == (
        Difference(
            "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[eta].MaxValue",
            "changed",
            "0.5",
            "0.3",
        ),
    )


def test_ranges_are_compared_by_name_not_by_place() -> None:
    assert differences(with_ranges(ETA, DEPTH), with_ranges(DEPTH, ETA)) == ()
    base = "HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges"
    assert paths(with_ranges(ETA), with_ranges(DEPTH)) == {f"{base}[eta]": "removed", f"{base}[depth]": "added"}


@pytest.mark.parametrize(
    ("member", "key"), [("InputDataConfig", "ChannelName"), ("VpcGroups", "InstanceGroupName"), ("Metrics", "Name")]
)
def test_what_has_a_name_goes_by_it(member: str, key: str) -> None:
    one: dict[str, Any] = {key: "a", "x": 1}
    two: dict[str, Any] = {key: "b", "x": 1}
    before, after = (request({**definition(), member: each}) for each in ([one, two], [two, {**one, "x": 2}]))
    assert paths(before, after) == {f"TrainingJobDefinition.{member}[a].x": "changed"}


def test_algorithms_go_by_their_definition_names() -> None:
    first, second = definition(DefinitionName="trees"), definition(DefinitionName="lines")
    before = request(first, second)
    after = request(second, {**first, "EnableNetworkIsolation": True})
    assert paths(before, after) == {"TrainingJobDefinitions[trees].EnableNetworkIsolation": "added"}


def test_lists_without_names_or_with_the_same_one_go_by_place() -> None:
    options = [{"InstanceType": "a"}, {"InstanceType": "b"}]
    before, after = (request(definition(Options=each)) for each in (options, options[::-1]))
    assert set(paths(before, after)) == {f"TrainingJobDefinition.Options[{n}].InstanceType" for n in (0, 1)}
    twice = [{"Name": "a", "x": 1}, {"Name": "a", "x": 2}]
    assert paths(request(definition(M=twice)), request(definition(M=twice[::-1])))


def test_tags_are_told_one_by_one_even_if_there_were_none() -> None:
    tags = [{"Key": "team", "Value": "x"}, {"Key": "cost", "Value": "y"}]
    assert paths(request(), {**request(), "Tags": tags}) == {"Tags[cost]": "added", "Tags[team]": "added"}
    assert paths({**request(), "Tags": tags}, {**request(), "Tags": tags[:1]}) == {"Tags[cost]": "removed"}


def test_names_of_jobs_and_their_own_spec_are_no_difference() -> None:
    tag = [{"Key": "smtune:spec", "Value": "s3://b/jobs/one/spec.yaml"}]
    other = {**request(), "HyperParameterTuningJobName": "other", "Tags": tag}
    assert differences(request(), other) == ()


def test_empty_structures_count_as_absent() -> None:
    assert differences(request(), {**request(ParameterRanges={"IntegerParameterRanges": []}), "Tags": []}) == ()


def test_bounds_are_numbers_but_other_texts_are_not() -> None:
    assert differences(with_ranges(ETA), with_ranges({**ETA, "MinValue": "0.10"})) == ()
    before, after = (request(definition(StaticHyperParameters={"version": each})) for each in ("1.1", "1.10"))
    assert paths(before, after) == {"TrainingJobDefinition.StaticHyperParameters.version": "changed"}


def test_subnets_have_no_order_but_values_do() -> None:
    before, after = (request(definition(VpcConfig={"Subnets": each})) for each in (["a", "b"], ["b", "a"]))
    assert differences(before, after) == ()
    choices = [{"CategoricalParameterRanges": [{"Name": "c", "Values": each}]} for each in (["a", "b"], ["b", "a"])]
    assert differences(*(request(ParameterRanges=each) for each in choices))


def test_a_structure_that_is_only_in_one_is_one_difference() -> None:
    vpc = {"Subnets": ["s"], "SecurityGroupIds": ["g"]}
    (found,) = differences(request(), request(definition(VpcConfig=vpc)))
    assert found.to_dict() == {"path": "TrainingJobDefinition.VpcConfig", "kind": "added", "after": vpc}


def test_true_is_not_one() -> None:
    before, after = request(definition(EnableNetworkIsolation=True)), request(definition(EnableNetworkIsolation=1))
    assert len(differences(before, after)) == 1


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=8)
@given(requests(), requests())
def test_any_two_requests_compare_and_swapping_them_swaps_the_words(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert differences(one, copy.deepcopy(one)) == ()
    swapped = {"added": "removed", "removed": "added", "changed": "changed"}
    forth = sorted((item.path, item.kind) for item in differences(one, two))
    back = sorted((item.path, swapped[item.kind]) for item in differences(two, one))
    assert forth == back
