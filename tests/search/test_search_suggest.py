"""What is suggested: never the same twice, the same again after a restart, and better and better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from smtune.search.question import Past, Question, Trial
from smtune.search.space import Space
from smtune.search.suggest import suggest

Config = Mapping[str, str]
# One seed says little of a search; three take half a minute.
SEEDS = pytest.mark.parametrize("seeds", [range(1), pytest.param(range(3), marks=pytest.mark.thorough)], ids=len)
BOWL: dict[str, Any] = {
    "ContinuousParameterRanges": [
        {"Name": "rate", "MinValue": "1e-5", "MaxValue": "0.1", "ScalingType": "Logarithmic"},
        {"Name": "dropout", "MinValue": "0", "MaxValue": "1", "ScalingType": "Linear"},
    ],
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"}],
    "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b", "c"]}],
}


def loss(config: Config, rate: float = 1e-3) -> float:
    """0 at rate 0.001, dropout 0.3, depth 6, kind b."""
    away = math.log10(float(config["rate"])) - math.log10(rate)
    rest = (float(config["dropout"]) - 0.3) ** 2 + ((int(config["depth"]) - 6) / 8) ** 2
    return away**2 / 4 + rest + (0.0 if config["kind"] == "b" else 0.2)


def ask(trials: list[Trial], strategy: str = "Bayesian", **changes: Any) -> dict[str, str]:
    fields = {"space": Space.of(BOWL), "trials": trials, "strategy": strategy, "maximize": False, "seed": 7}
    return suggest(Question(**{**fields, **changes}))


def tune(jobs: int, strategy: str = "Bayesian", of: Callable[[Config], float] = loss, **changes: Any) -> list[Trial]:
    trials: list[Trial] = []
    for _ in range(jobs):
        config = ask(trials, strategy, **changes)
        trials.append(Trial(config, of(config), "finished"))
    return trials


def best(trials: list[Trial]) -> float:
    return min(trial.value for trial in trials if trial.value is not None)


@SEEDS
def test_bayesian_search_finds_what_chance_does_not(seeds: range) -> None:
    own = np.mean([best(tune(25, seed=seed)) for seed in seeds])
    chance = np.mean([best(tune(25, "Random", seed=seed)) for seed in seeds])
    assert own < 0.25 * chance


def test_a_maximum_is_found_as_a_minimum_is() -> None:
    trials = tune(14)
    flipped = tune(14, of=lambda config: -loss(config), maximize=True)
    assert [trial.config for trial in flipped] == [trial.config for trial in trials]


@pytest.mark.parametrize("strategy", ["Bayesian", "Random"])
def test_the_same_question_has_the_same_answer_and_another_seed_another(strategy: str) -> None:
    trials = tune(12, strategy)
    assert ask(trials, strategy) == ask(list(trials), strategy)
    assert ask(trials, strategy) != ask(trials, strategy, seed=8)


def test_what_is_running_is_not_tried_again() -> None:
    trials = tune(12)
    for _ in range(4):
        trials.append(Trial(ask(trials), None, "pending"))
    chosen = [frozenset(trial.config.items()) for trial in trials]
    assert len(set(chosen)) == len(chosen)
    places = Space.of(BOWL).points([trial.config for trial in trials[-4:]])
    assert np.unique(places, axis=0).shape[0] == 4


@pytest.mark.parametrize("strategy", ["Bayesian", "Random", "Grid"])
def test_a_finite_space_is_tried_to_its_end_without_a_repetition(strategy: str) -> None:
    ranges = {
        "CategoricalParameterRanges": [{"Name": "a", "Values": ["1", "2", "3"]}, {"Name": "b", "Values": ["x", "y"]}]
    }
    trials: list[Trial] = []
    for number in range(6):
        trials.append(Trial(ask(trials, strategy, space=Space.of(ranges)), float(number), "finished"))
    assert len({(trial.config["a"], trial.config["b"]) for trial in trials}) == 6
    assert ask(trials, strategy, space=Space.of(ranges)).keys() == {"a", "b"}, "and then something again"


def test_grid_search_goes_through_the_combinations_in_the_request_s_order() -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "a", "Values": ["1", "2"]}, {"Name": "b", "Values": ["x", "y"]}]}
    trials: list[Trial] = []
    for _ in range(4):
        trials.append(Trial(ask(trials, "Grid", space=Space.of(ranges)), None, "failed"))
    assert ["".join(trial.config.values()) for trial in trials] == ["1x", "1y", "2x", "2y"]


def test_where_training_fails_is_left_alone() -> None:
    def of(config: Config) -> Trial:
        if float(config["dropout"]) > 0.5:
            return Trial(config, None, "failed")
        return Trial(config, loss(config), "finished")

    trials: list[Trial] = []
    for _ in range(30):
        trials.append(of(ask(trials)))
    assert sum(trial.state == "failed" for trial in trials[15:]) <= 4


@pytest.mark.parametrize("name", ["rate", "depth", "kind"])
def test_a_space_of_one_hyperparameter_is_searched_too(name: str) -> None:
    ranges = {key: [item for item in items if item["Name"] == name] for key, items in BOWL.items()}
    rest = {"rate": "1e-3", "dropout": "0.3", "depth": "6", "kind": "b"}
    trials = tune(14, of=lambda config: loss({**rest, **config}), space=Space.of(ranges))
    assert best(trials) < 0.01


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_an_objective_that_is_no_number_is_no_obstacle(value: float | None) -> None:
    trials = [*tune(10), Trial(ask(tune(10)), value, "finished")]
    assert ask(trials).keys() == ask([]).keys()


def test_objectives_that_are_all_alike_are_no_obstacle() -> None:
    trials = [Trial(trial.config, 0.5, "finished") for trial in tune(12, "Random")]
    assert ask(trials).keys() == ask([]).keys()


def test_what_an_earlier_job_of_the_same_data_found_is_known_from_the_start() -> None:
    earlier = tune(25)
    trials = tune(3, past=[Past(earlier, is_same=True)])
    assert best(trials) < 1.5 * best(earlier) + 1e-3
    seen = {frozenset(trial.config.items()) for trial in earlier}
    assert not any(frozenset(trial.config.items()) in seen for trial in trials)


@pytest.mark.thorough
def test_what_an_earlier_job_of_other_data_found_is_a_head_start_as_far_as_it_holds() -> None:
    seeds = range(3)

    def other(config: Config) -> float:
        return 40 + 10 * loss(config, rate=3e-3)

    earlier = tune(25, of=other, seed=3)
    with_past = np.mean([best(tune(8, seed=seed, past=[Past(earlier, is_same=False)])) for seed in seeds])
    without = np.mean([best(tune(8, seed=seed)) for seed in seeds])
    assert with_past < 0.5 * without
