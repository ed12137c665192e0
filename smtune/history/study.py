"""All questions to the training jobs of one tuning job, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from smtune.history.budget import observe_budget
from smtune.history.direction import Support, Trend, Way, observe_gap, trends
from smtune.history.divergence import observe_divergence
from smtune.history.edges import observe_edges
from smtune.history.falling import observe_falling
from smtune.history.importance import observe_importance
from smtune.history.model import History
from smtune.history.noise import observe_noise
from smtune.history.observation import Code, Observation
from smtune.history.overfitting import observe_overfitting
from smtune.history.plateau import observe_plateau
from smtune.history.stability import observe_epochs, observe_jobs

QUESTIONS: tuple[Callable[[History], Iterator[Observation]], ...] = (
    observe_importance,
    observe_edges,
    observe_plateau,
    observe_noise,
    observe_jobs,
    observe_epochs,
    observe_divergence,
    observe_falling,
    observe_overfitting,
    observe_budget,
    observe_gap,
)


@dataclass(frozen=True)
class Lessons:
    """What all training jobs of one algorithm of a tuning job teach."""

    name: str
    """The algorithm's, where the tuning job has several."""
    jobs: int
    """Training jobs in all."""
    measured: int
    """Those with an objective."""
    observations: tuple[Observation, ...]
    trends: tuple[Trend, ...]
    """One for each hyperparameter that is a number."""

    @property
    def present(self) -> tuple[Observation, ...]:
        """What was found."""
        return tuple(each for each in self.observations if each.is_present)

    def of(self, code: Code, hyperparameter: str | None = None) -> tuple[Observation, ...]:
        """The answers to one question; about one hyperparameter, if it is given."""
        return tuple(
            each for each in self.observations if each.code == code and hyperparameter in (None, each.hyperparameter)
        )

    def trend(self, hyperparameter: str) -> Trend:
        """What is known of its directions; of one that was not searched, nothing."""
        return next(
            (each for each in self.trends if each.hyperparameter == hyperparameter), Trend(hyperparameter, None)
        )

    def support(self, hyperparameter: str, way: Way) -> Support:
        """What the training jobs say of turning a hyperparameter up or down, for the sake of the validation loss."""
        return self.trend(hyperparameter).towards(way)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "algorithm": self.name or None,
            "training_jobs": self.jobs,
            "measured": self.measured,
            "observations": [each.to_dict() for each in self.observations],
            "directions": [each.to_dict() for each in self.trends],
        }


def study(history: History) -> Lessons:
    """Ask every question; the same history gets the same answers."""
    found = tuple(each for ask in QUESTIONS for each in ask(history))
    return Lessons(history.name, len(history.runs), len(history.sample), found, trends(history))
