"""For each rule: a request that breaks just that one, and the one message it gets."""

from __future__ import annotations

import re

import pytest
from cases_compute import COMPUTE
from cases_metrics import METRICS
from cases_search import SEARCH
from cases_warm_start import IDENTICAL, PARENT, RATE, WARM_STARTS
from rule_requests import (
    FLEXIBLE,
    KNN,
    KNN_STATIC,
    SCRIPT_MODE,
    TUNE_K,
    Json,
    builtin,
    channel,
    channels,
    choice,
    config,
    continuous,
    definition,
    flexible,
    grid,
    hyperband,
    image,
    merged,
    metrics,
    named,
    parent,
    part,
    ranges,
    request,
    resources,
    s3,
    several,
    to_come,
    tuned,
    warm,
    xgboost,
)

from smtune.errors import dotted
from smtune.rules import OFFLINE_UNKNOWABLE, RULES, broken_rules

CASES = {**SEARCH, **METRICS, **COMPUTE}
SAME_DATA = {"InputDataConfig": [channel("train")]}


def rule_of(case: str) -> str:
    return case.partition(":")[0]


@pytest.mark.parametrize("case", CASES)
def test_a_request_that_breaks_one_rule_gets_one_message(case: str) -> None:
    broken, place, message, fix = CASES[case]
    found = [(item.rule, dotted(item.path), item.message, item.fix) for item in broken_rules(broken)]
    assert found == [(rule_of(case), place, message, fix)]


@pytest.mark.parametrize("case", WARM_STARTS)
def test_a_warm_start_against_its_parents_rules_gets_one_message(case: str) -> None:
    broken, described, place, message, fix = WARM_STARTS[case]
    found = [
        (item.rule, dotted(item.path), item.message, item.fix) for item in broken_rules(broken, {"parent": described})
    ]
    assert found == [(rule_of(case), place, message, fix)]


def test_all_fifty_rules_are_accounted_for() -> None:
    ids = [*CASES, *WARM_STARTS, *OFFLINE_UNKNOWABLE]
    numbers = {int(match[1]) for match in (re.match(r"R(\d+)", id) for id in ids) if match}
    assert numbers == set(range(1, 51))


# The rules of ours say these first, and with more to go by.
SAID_ELSEWHERE = {"R4-list", "R20-count"}


def test_every_rule_has_a_case() -> None:
    assert {rule_of(case) for case in (*CASES, *WARM_STARTS)} == {rule.id for rule in RULES} - SAID_ELSEWHERE


def test_ids_are_unique_and_rules_are_described() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.title.endswith(".")
        assert rule.source
        assert rule.fix
        assert rule.severity in ("error", "warning")


@pytest.mark.parametrize(
    "sound",
    [
        request(),
        several(),
        request(grid()),
        request(grid(ResourceLimits={"MaxNumberOfTrainingJobs": None})),
        request(hyperband()),
        request(hyperband(StrategyConfig=None), {"StaticHyperParameters": {"n-epochs": "30"}}),
        xgboost(),
        merged(xgboost({"learning-rate": "0.1", "num_round": None}), SCRIPT_MODE),
        builtin(KNN, merged(KNN_STATIC, {"k": None}), "test:accuracy", config=TUNE_K),
        request(**warm()),
        config(ResourceLimits={"MaxParallelTrainingJobs": 4}),
        config(ResourceLimits={"MaxNumberOfTrainingJobs": None, "MaxRuntimeInSeconds": 2_592_000}),
        config(ResourceLimits={"MaxNumberOfTrainingJobs": 750, "MaxParallelTrainingJobs": 10}),
        tuned(Integer=[continuous(low="1", high="4")]),
        tuned(Integer=[continuous(low="-9" + "9" * 250, high="9" * 250)]),
        tuned(Continuous=[continuous(low="1e-300", high="1E+300", ScalingType="Logarithmic")]),
        tuned(Continuous=[continuous(low="0", high=".99", ScalingType="ReverseLogarithmic")]),
        tuned(Categorical=choice(*map(str, range(30)))),
        tuned(Continuous=[continuous(f"x{n}") for n in range(30)]),
        part(StaticHyperParameters={f"s{number}": "1" for number in range(98)}),
        part(StaticHyperParameters={"config": "x" * 2500, "empty": ""}),
        metrics(*(f"m{number}=(\\S+)" for number in range(20))),
        part(EnableManagedSpotTraining=True, StoppingCondition={"MaxWaitTimeInSeconds": 3600}),
        part(EnableManagedSpotTraining=False),
        flexible(InstanceConfigs=[FLEXIBLE], AllocationStrategy="Prioritized"),
        flexible(**FLEXIBLE),
        resources(
            InstanceType=None,
            InstanceCount=None,
            InstanceGroups=[{"InstanceGroupName": "g", "InstanceType": "ml.m5.large", "InstanceCount": 1}],
        ),
        resources(
            InstanceType=None,
            InstanceCount=None,
            InstancePreferences=[{"InstanceType": "ml.m5.large", "InstanceCount": 1}],
        ),
        resources(InstanceType=None, InstancePreferences=[{"InstanceType": "ml.m5.large"}]),
        part(AlgorithmSpecification={"TrainingImage": None, "AlgorithmName": "mine", "MetricDefinitions": None}),
        request(ranges(), Autotune={"Mode": "Enabled"}),
        request(
            {"ParameterRanges": {"AutoParameters": [{"Name": "y", "ValueHint": "1"}]}},
            Autotune={"Mode": "Enabled"},
        ),
        request(Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)]),
        several(*(named(f"n{number}", Environment={"V": "1"}) for number in range(10))),
        channels(*(channel(f"c{number}") for number in range(20))),
        part(StaticHyperParameters={"C": "1"}),
    ],
)  # fmt: skip
def test_what_no_rule_is_against(sound: Json) -> None:
    assert broken_rules(sound) == ()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (request(**warm()), parent()),
        (request(**warm("IdenticalDataAndAlgorithm")), parent(None, {"RetryStrategy": {"MaximumRetryAttempts": 1}})),
        (request(ranges(Continuous=[continuous(high="0.5")]), SAME_DATA, **warm()), parent()),
        (request(ranges(), {"StaticHyperParameters": {"x": "0.5"}}, Autotune={"Mode": "Enabled"}, **warm()), parent()),
        (request(None, {"AlgorithmSpecification": {"TrainingImage": "mine:2"}}, **warm()), parent()),
        (request(None, {"EnableNetworkIsolation": False}, **warm()), parent()),
        (xgboost() | IDENTICAL,
         merged(xgboost() | PARENT, image("141502667606", "eu-west-1", "sagemaker-xgboost:1.7-1-cpu-py3"))),
        (merged(request(RATE, **IDENTICAL), image("763104351884", "us-east-1", "pytorch-training:2.8.0-cpu-py312")),
         merged(parent(RATE), image("763104351884", "eu-west-1", "pytorch-training:2.8.0-cpu-py312"))),
        (request(None, {"InputDataConfig": [to_come("train", "eu-west-1")]}, **IDENTICAL), parent(None, SAME_DATA)),
        (request(None, SAME_DATA, **IDENTICAL), parent(None, {"InputDataConfig": [to_come("train")]})),
        (request(None, {"InputDataConfig": [channel("b"), channel("a")]}, **IDENTICAL),
         parent(None, {"InputDataConfig": [channel("a"), channel("b")]})),
        (request(None, SAME_DATA, **IDENTICAL),
         parent(None, {"InputDataConfig": [
             s3("train", "s3://bucket/data", S3DataDistributionType="FullyReplicated")
             | {"CompressionType": "None", "RecordWrapperType": "None", "InputMode": "File"}
         ]})),
        (request(None, {"StaticHyperParameters": {f"s{n}": "2" for n in range(10)}}, **warm()),
         parent(None, {"StaticHyperParameters": {f"s{n}": "1" for n in range(10)}})),
    ],
)  # fmt: skip
def test_what_a_warm_start_may_change(ours: Json, theirs: Json) -> None:
    assert broken_rules(ours, {"parent": theirs}) == ()


def test_a_definition_beside_a_list_of_them_is_one_too_many() -> None:
    found = broken_rules({**several(), "TrainingJobDefinition": definition()})
    assert ("R3", "one definition stands beside a list of them") in {(item.rule, item.message) for item in found}
