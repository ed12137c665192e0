"""Suggestions are pure and seeded, stay within their ranges, take note of what is pending, and find good values."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtune.local.search import Question, Trial, describe_search, suggest
from smtune.local.space import Space

SPACE = Space(
    {
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.001", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
            {"Name": "momentum", "MinValue": "0.5", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"},
        ],
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "9", "ScalingType": "Linear"}],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
)


def question(**changes: Any) -> Question:
    return replace(Question(space=SPACE, trials=(), strategy="Bayesian", maximize=False, seed=7), **changes)


def loss(config: dict[str, str]) -> float:
    away = abs(math.log(float(config["eta"]) / 0.05)) + abs(int(config["depth"]) - 6) / 4
    return away + (0.5 if config["booster"] == "dart" else 0.0)


def search(strategy: str, count: int, seed: int = 7, maximize: bool = False) -> list[Trial]:
    trials: list[Trial] = []
    for _ in range(count):
        config = suggest(question(trials=tuple(trials), strategy=strategy, seed=seed, maximize=maximize))
        trials.append(Trial(config, -loss(config) if maximize else loss(config), "finished"))
    return trials


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_every_suggestion_is_within_its_ranges(strategy: str) -> None:
    for trial in search(strategy, 25):
        assert 0.001 <= float(trial.config["eta"]) <= 0.5
        assert 0.5 <= float(trial.config["momentum"]) <= 0.999
        assert 2 <= int(trial.config["depth"]) <= 9
        assert trial.config["booster"] in {"gbtree", "dart"}


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_the_same_question_has_the_same_answer(strategy: str) -> None:
    trials = tuple(search(strategy, 14))
    asked = question(trials=trials, strategy=strategy)

    assert suggest(asked) == suggest(asked)
    assert suggest(asked) != suggest(replace(asked, seed=8))


def test_a_pending_configuration_is_not_suggested_again() -> None:
    trials = tuple(search("Bayesian", 14))
    first = suggest(question(trials=trials))
    second = suggest(question(trials=(*trials, Trial(first, None, "pending"))))

    assert first != second


def test_a_small_space_is_not_repeated_before_it_is_used_up() -> None:
    space = Space({"CategoricalParameterRanges": [{"Name": "a", "Values": [str(value) for value in range(6)]}]})
    trials: list[Trial] = []
    for _ in range(6):
        config = suggest(question(space=space, trials=tuple(trials)))
        trials.append(Trial(config, 1.0, "finished"))

    assert {trial.config["a"] for trial in trials} == set("012345")


@pytest.mark.parametrize("state", ["failed", "finished"])
def test_failures_and_values_that_are_no_numbers_do_no_harm(state: Any) -> None:
    odd = [
        Trial(trial.config, value, state)
        for trial, value in zip(search("Random", 12), [None, math.nan, math.inf] * 4, strict=True)
    ]
    config = suggest(question(trials=tuple(odd)))

    assert set(config) == {"eta", "momentum", "depth", "booster"}


def test_bayesian_finds_better_values_than_random() -> None:
    def best(strategy: str) -> float:
        found = [min(trial.value or 0.0 for trial in search(strategy, 40, seed=seed)) for seed in range(5)]
        return sum(found) / len(found)

    assert best("Bayesian") < best("Random")


def test_maximizing_is_minimizing_the_negative() -> None:
    up, down = search("Bayesian", 15, maximize=True), search("Bayesian", 15)

    assert [trial.config for trial in up] == [trial.config for trial in down]


@functools.cache
def two_hundred() -> tuple[Trial, ...]:
    return tuple(search("Random", 200))


def test_a_log_scale_spreads_over_the_decades() -> None:
    values = [float(trial.config["eta"]) for trial in two_hundred()]

    assert 0.4 < sum(value < math.sqrt(0.001 * 0.5) for value in values) / 200 < 0.6


def test_a_reverse_log_scale_spreads_towards_one() -> None:
    values = [float(trial.config["momentum"]) for trial in two_hundred()]
    middle = 1 - math.sqrt(0.5 * 0.001)

    assert 0.4 < sum(value > middle for value in values) / 200 < 0.6


def test_the_record_names_the_library_and_its_sampler() -> None:
    assert describe_search("Random", 10).endswith("RandomSampler")
    assert describe_search("Bayesian", 1000).endswith("TPESampler")


bounds = st.floats(min_value=1e-6, max_value=1e6).map(lambda value: float(f"{value:.6g}"))
scalings = st.sampled_from(["Linear", "Logarithmic", "Auto"])


@settings(max_examples=60, deadline=None)
@given(low=bounds, width=bounds, scaling=scalings, seed=st.integers(0, 2**32 - 1))
def test_any_range_survives_being_written_as_text(low: float, width: float, scaling: str, seed: int) -> None:
    item = {"Name": "a", "MinValue": repr(low), "MaxValue": repr(low + width), "ScalingType": scaling}
    space = Space({"ContinuousParameterRanges": [item]})
    config = suggest(question(space=space, strategy="Random", seed=seed))
    again = space.config(space.parameters(config))

    assert low <= float(config["a"]) <= low + width
    assert again == config


@settings(max_examples=60, deadline=None)
@given(low=st.floats(0, 0.98), high=st.floats(0, 0.999999), seed=st.integers(0, 2**32 - 1))
def test_any_reverse_log_range_does(low: float, high: float, seed: int) -> None:
    low, high = min(low, high), max(low, high)
    if high - low < 1e-9:
        return
    item = {"Name": "a", "MinValue": repr(low), "MaxValue": repr(high), "ScalingType": "ReverseLogarithmic"}
    space = Space({"ContinuousParameterRanges": [item]})
    config = suggest(question(space=space, strategy="Random", seed=seed))
    trial = Trial(config, 1.0, "finished")

    assert low <= float(config["a"]) <= high
    assert set(suggest(question(space=space, trials=(trial,), seed=seed))) == {"a"}
