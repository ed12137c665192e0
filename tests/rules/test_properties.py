"""Whatever the request: rules answer, in short lines, and say each thing once."""

from __future__ import annotations

import string
from typing import Any

from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from request_strategies import REQUEST, requests
from rule_requests import Json, grid, hyperband, parent, request, several, warm, xgboost

from smtune.errors import Problem, dotted
from smtune.rules import Finding, as_request, broken_rules, check_warm_start
from smtune.service_model import violations

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters), inner, max_size=3),
    max_leaves=8,
)
SOUND = [request(), several(), xgboost(), request(grid()), request(hyperband()), request(**warm())]


def check(found: tuple[Finding, ...]) -> None:
    for item in found:
        lines = Problem(1, 1, dotted(item.path), item.message, item.fix, item.rule).describe("spec.yaml").splitlines()
        assert len(lines) == 2
        assert max(map(len, lines)) < 340
    assert len({(item.path, item.rule, item.message) for item in found}) == len(found)


@given(requests())
@examples(60)
def test_rules_answer_for_every_request_that_the_model_allows(drawn: Json) -> None:
    check(broken_rules(drawn))


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """A sound request with one member, at any depth, replaced by anything at all."""
    whole: Any = draw(st.sampled_from(SOUND))
    return dict(_mutate(draw, whole))


def _mutate(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: _mutate(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], _mutate(draw, value[index]), *value[index + 1 :]]
    return draw(anything) if not isinstance(value, dict) else {**value, draw(st.text(max_size=5)): draw(anything)}


@given(mutated())
@examples(150)
def test_rules_answer_for_a_request_with_anything_in_it(drawn: Json) -> None:
    found = broken_rules(drawn)
    check(found)
    # Everything that the model is against has a finding there, or around it.
    places = [item.path for item in found]
    for violation in violations(REQUEST, drawn):
        assert any(violation.path[: len(place)] == place for place in places)


@given(anything)
@examples(100)
def test_rules_answer_for_no_request_at_all(drawn: Any) -> None:
    assert broken_rules(drawn)


@given(mutated(), anything)
@examples(100)
def test_a_parent_that_is_none_does_no_harm(drawn: Json, described: Any) -> None:
    ours = request(**warm("TransferLearning", "one", "two"))
    check(broken_rules(ours, {"one": {**parent(), **drawn}, "two": described if isinstance(described, dict) else {}}))


def test_a_description_stands_for_a_request() -> None:
    assert as_request(parent()) is not None
    assert as_request({"HyperParameterTuningJobName": "a"}) is None
    assert as_request([]) is None


def test_warm_start_rules_can_be_asked_for_alone() -> None:
    ours = request({"Strategy": "Bayesain"}, **warm())
    theirs = parent({"HyperParameterTuningJobObjective": {"MetricName": "other"}})
    assert [item.rule for item in check_warm_start(ours, {"parent": theirs})] == ["R28"]


def test_what_cannot_be_read_hides_no_other_problem() -> None:
    broken = request({"RandomSeed": 3_000_000_000, "ResourceLimits": {"MaxParallelTrainingJobs": 9}})
    assert {item.rule for item in broken_rules(broken)} == {"R16", "R32"}


def test_what_a_better_rule_says_first_is_said_by_the_model_where_that_rule_cannot_read() -> None:
    many = [{"Name": f"x{number}", "MinValue": "0", "MaxValue": "1"} for number in range(31)]
    broken = request({"ParameterRanges": {"ContinuousParameterRanges": many}, "ResourceLimits": 5})
    assert {item.rule for item in broken_rules(broken)} == {"R4-list", "R16-form"}
    metrics = [{"Name": f"m{number}", "Regex": "(.)"} for number in range(41)]
    broken = request({"ResourceLimits": 5}, {"AlgorithmSpecification": {"MetricDefinitions": metrics}})
    assert {item.rule for item in broken_rules(broken)} == {"R20-count", "R16-form"}


def test_a_description_with_an_empty_warm_start_is_read() -> None:
    described = {**parent(), "WarmStartConfig": {"ParentHyperParameterTuningJobs": None}}
    assert broken_rules(request(**warm()), {"parent": described}) == ()
