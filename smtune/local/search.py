"""Which configuration to try next: pure and seeded. (ranges, finished, pending, seed, number) -> configuration.

The mathematics is Optuna's. No study is kept: it is rebuilt from the stored training jobs at each call, and the
sampler's seed comes from the job's seed and the training job's number, so a restarted worker goes on exactly.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal

import optuna

from smtune.local.space import Space

_GP_LIMIT = 500
_TRIES = 20


@dataclass(frozen=True)
class Trial:
    """A configuration that was tried: `value` is its objective, None while it runs or if it failed."""

    config: Mapping[str, str]
    value: float | None
    state: Literal["finished", "pending", "failed"]


@dataclass(frozen=True)
class Question:
    """Everything a suggestion depends on."""

    space: Space
    trials: Sequence[Trial]
    """By number, from 1."""
    strategy: str
    maximize: bool
    seed: int

    @property
    def number(self) -> int:
        return len(self.trials) + 1


def suggest(question: Question) -> dict[str, str]:
    """The next configuration: one not tried before, as long as the space has such."""
    seen = {frozenset(trial.config.items()) for trial in question.trials}
    config: dict[str, str] = {}
    for attempt in range(_TRIES):
        config = _ask(question, attempt)
        if frozenset(config.items()) not in seen:
            break
    return config


def describe_search(strategy: str, jobs: int) -> str:
    """Which library searches, for the record: as in 'optuna 5.0.0 TPESampler'."""
    return f"optuna {version('optuna')} {type(_sampler(strategy, jobs, seed=0)).__name__}"


def _ask(question: Question, attempt: int) -> dict[str, str]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = question.space.distributions()
    sampler = _sampler(question.strategy, question.number, seed=_seed(question.seed, question.number, attempt))
    direction = "maximize" if question.maximize else "minimize"
    study = optuna.create_study(direction=direction, sampler=sampler)
    study.add_trials([_frozen(trial, question.space, distributions) for trial in question.trials])
    asked = study.ask(fixed_distributions=distributions)
    return question.space.config(asked.params)


def _sampler(strategy: str, number: int, *, seed: int) -> optuna.samplers.BaseSampler:
    if strategy == "Random":
        return optuna.samplers.RandomSampler(seed=seed)
    if number <= _GP_LIMIT and find_spec("torch") is not None:
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)
    return optuna.samplers.TPESampler(seed=seed)


def _frozen(trial: Trial, space: Space, distributions: Mapping[str, Any]) -> optuna.trial.FrozenTrial:
    states = {
        "finished": optuna.trial.TrialState.COMPLETE,
        "pending": optuna.trial.TrialState.RUNNING,
        "failed": optuna.trial.TrialState.FAIL,
    }
    finite = trial.value is not None and math.isfinite(trial.value)
    state = "failed" if trial.state == "finished" and not finite else trial.state
    return optuna.trial.create_trial(
        state=states[state],
        value=trial.value if state == "finished" else None,
        params=space.parameters(trial.config),
        distributions=dict(distributions),
    )


def _seed(seed: int, number: int, attempt: int) -> int:
    digest = hashlib.sha256(f"{seed}/{number}/{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
