"""What is compared in search.py: smtune's search, chance, Optuna's samplers and SMAC behind the same question."""

from __future__ import annotations

import functools
import logging
import tempfile
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
    if find_spec("smac") is not None:
        found["SMAC"] = _smac
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


def _smac(question: Question) -> Mapping[str, str]:
    """Its random forest with log expected improvement, told everything anew as a stateless question is."""
    import ConfigSpace
    from smac import HyperparameterOptimizationFacade, Scenario
    from smac.runhistory.dataclasses import TrialInfo, TrialValue

    warnings.simplefilter("ignore")
    # Not the question's generator: SMAC's first configurations are a design of its seed, which must stay the same.
    space = ConfigSpace.ConfigurationSpace(seed=question.seed)
    space.add([_parameter(ConfigSpace, axis) for axis in question.space.axes])
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(space, deterministic=True, n_trials=100, seed=question.seed, output_directory=folder)
        smac = HyperparameterOptimizationFacade(
            scenario, lambda _, seed=0: float(seed), overwrite=True, logging_level=logging.ERROR
        )
        for trial in question.trials:
            info = TrialInfo(ConfigSpace.Configuration(space, values=_values(trial, question.space, space)), seed=0)
            if trial.value is None:
                smac.runhistory.add_running_trial(info)
            else:
                smac.tell(info, TrialValue(cost=-trial.value if question.maximize else trial.value), save=False)
        asked = dict(smac.ask().config)
    return {name: str(_mirrored(question.space, name, value)) for name, value in asked.items()}


def _parameter(library: Any, axis: Any) -> Any:
    if isinstance(axis, Category):
        return library.Categorical(axis.name, list(axis.values))
    if axis.is_whole:
        return library.Integer(axis.name, (int(axis.low), int(axis.high)), log=axis.scale == "Logarithmic")
    if axis.scale == "ReverseLogarithmic":
        return library.Float(axis.name, (1 - axis.high, 1 - axis.low), log=True)
    return library.Float(axis.name, (axis.low, axis.high), log=axis.scale == "Logarithmic")


def _values(trial: Trial, space: Space, names: Any) -> dict[str, Any]:
    axes = {axis.name: axis for axis in space.axes}
    found: dict[str, Any] = {}
    for name, value in trial.config.items():
        axis = axes[name]
        if not isinstance(axis, Number):
            found[name] = value
            continue
        number = _mirrored(space, name, float(value))
        low, high = names[name].lower, names[name].upper
        found[name] = int(number) if axis.is_whole else min(max(number, low), high)
    return found
