"""What is compared in search.py: smtune's search, chance, and Optuna's samplers behind the same question."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from smtune.search.question import Question, Trial
from smtune.search.space import Category, Number, Space
from smtune.search.suggest import suggest

Searcher = Callable[[Question], Mapping[str, str]]


def searchers() -> dict[str, Searcher]:
    """By name, those that are installed."""
    found: dict[str, Searcher] = {
        "chance": lambda question: suggest(replace(question, strategy="Random")),
        "smtune": suggest,
    }
    if find_spec("optuna") is not None:
        found["Optuna TPE"] = functools.partial(_optuna, "TPESampler")
        if find_spec("torch") is not None:
            found["Optuna GP"] = functools.partial(_optuna, "GPSampler")
    return found


def _optuna(sampler: str, question: Question) -> Mapping[str, str]:
    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seed = int(question.rng().integers(2**31))
    kinds = {axis.name: _distribution(axis) for axis in question.space.axes}
    made = getattr(optuna.samplers, sampler)(
        seed=seed, **({"deterministic_objective": False} if sampler == "GPSampler" else {})
    )
    study = optuna.create_study(sampler=made, direction="maximize" if question.maximize else "minimize")
    study.add_trials([_frozen(trial, question.space, kinds) for trial in question.trials])
    asked = study.ask(fixed_distributions=kinds).params
    return {name: str(_mirrored(question.space, name, value)) for name, value in asked.items()}


def _distribution(axis: Any) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(axis, Category):
        return CategoricalDistribution(axis.values)
    if axis.is_whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.scale == "Logarithmic")
    if axis.scale == "ReverseLogarithmic":  # it has none: 1 - x is searched
        return FloatDistribution(1 - axis.high, 1 - axis.low, log=True)
    return FloatDistribution(axis.low, axis.high, log=axis.scale == "Logarithmic")


def _frozen(trial: Trial, space: Space, kinds: Mapping[str, Any]) -> Any:
    from optuna.distributions import CategoricalDistribution, IntDistribution
    from optuna.trial import TrialState, create_trial

    read = {
        name: (
            str if isinstance(kind, CategoricalDistribution) else int if isinstance(kind, IntDistribution) else float
        )
        for name, kind in kinds.items()
    }
    params = {name: _mirrored(space, name, read[name](value)) for name, value in trial.config.items()}
    bounded = {
        name: value if isinstance(value, str) else min(max(value, kinds[name].low), kinds[name].high)
        for name, value in params.items()
    }
    state = TrialState.RUNNING if trial.state == "pending" else TrialState.COMPLETE
    return create_trial(state=state, value=trial.value, params=bounded, distributions=dict(kinds))


def _mirrored(space: Space, name: str, value: Any) -> Any:
    axis = next(each for each in space.axes if each.name == name)
    if isinstance(axis, Number) and axis.scale == "ReverseLogarithmic":
        return min(max(1 - value, axis.low), axis.high)
    return value
