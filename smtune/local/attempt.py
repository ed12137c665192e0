"""What a tuning job tries next: a definition, its tuned hyperparameters, and with Hyperband perhaps a resource."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from smtune.local.history import History
from smtune.local.records import Definition, Parent, TrainingJob, TuningJob
from smtune.local.resource import find_halving, resource_name
from smtune.search.halving import Halving, Result, promoted
from smtune.search.question import Past, Question, Trial
from smtune.search.space import Space
from smtune.search.suggest import suggest


@dataclass(frozen=True)
class Attempt:
    """A training job to come."""

    definition: str | None
    config: Mapping[str, str]
    resource: int | None = None


class Chooser:
    """Chooses attempts. All it knows is in the job, its parents and the history: a new one goes on like the last."""

    def __init__(self, job: TuningJob, history: History, parents: Sequence[Parent] = ()) -> None:
        self._job = job
        self._history = history
        self._halving = find_halving(job)
        self._spaces = {each.name: Space.of(each.ranges) for each in job.definitions}
        self._past = [_past_in(next(iter(self._spaces.values())), parent) for parent in parents]

    def next(self) -> Attempt:
        """What to try now."""
        if self._halving is not None and self.retrains():
            return self._promote(self._halving, self._history.jobs()) or self._start_low(self._halving)
        definition = self._turn()
        return Attempt(definition.name, self._suggest(definition))

    @property
    def most(self) -> float:
        """How many configurations there are."""
        return sum(space.count for space in self._spaces.values())

    def retrains(self) -> bool:
        """Whether Hyperband has to train again for more: no objective was published on the way, and epochs are known.

        Decided by the first training job that has completed: it had all that its definition gives.
        """
        told = self._history.count("Completed") > 0 and not self._history.has_curves
        return told and all(resource_name(each) for each in self._job.definitions)

    def _turn(self) -> Definition:
        """The definition with the fewest training jobs; of a grid, one that has combinations left."""
        counts = {name: len(self._history.tried(name).trials) for name in self._spaces}
        left = [
            each
            for each in self._job.definitions
            if self._job.config["Strategy"] != "Grid" or counts[each.name] < self._spaces[each.name].count
        ]
        return min(left or self._job.definitions, key=lambda each: counts[each.name])

    def _suggest(self, definition: Definition) -> Mapping[str, str]:
        if not len(self._spaces[definition.name]):
            return {}
        tried, past = self._history.tried(definition.name), self._past
        seed = seed_of(self._job, self._job.definitions.index(definition))
        space, strategy = self._spaces[definition.name], self._job.config["Strategy"]
        return suggest(Question(space, tried.trials, strategy, definition.maximize, seed, past, tried.keys))

    def _promote(self, halving: Halving, jobs: Sequence[TrainingJob]) -> Attempt | None:
        results = [
            Result(each.number, each.resource or halving.most, each.objective)
            for each in jobs
            if each.objective is not None and each.status == "Completed"
        ]
        first = {_key(each, each.resource): each.number for each in reversed(jobs)}
        gone_on = {
            (first[_key(each, lower)], lower)
            for each in jobs
            for lower, higher in itertools.pairwise(halving.levels)
            if each.resource == higher and _key(each, lower) in first
        }
        found = promoted(results, halving.levels, gone_on, maximize=self._job.maximize)
        if found is None:
            return None
        training = next(each for each in jobs if each.number == found[0].number)
        return Attempt(training.definition, training.config, found[1])

    def _start_low(self, halving: Halving) -> Attempt:
        definition = self._turn()
        rungs = halving.bracket(len(self._history) + 1)
        return Attempt(definition.name, self._suggest(definition), rungs[0] if rungs else halving.most)


def seed_of(job: TuningJob, index: int = 0) -> int:
    """The request's seed; without one, the job's own, made from its name. Each definition has another."""
    seed = job.config.get("RandomSeed")
    return (int.from_bytes(job.name.encode(), "big") % 2**32 if seed is None else int(seed)) + index


def _key(training: TrainingJob, resource: int | None) -> tuple[str | None, frozenset[tuple[str, str]], int | None]:
    return training.definition, frozenset(training.config.items()), resource


def _past_in(space: Space, parent: Parent) -> Past:
    """What of a parent lies in `space`: ranges may have been narrowed since."""
    return Past(tuple(_inside(space, parent)), parent.is_same)


def _inside(space: Space, parent: Parent) -> Iterator[Trial]:
    for hyperparameters, value in parent.tried:
        try:
            config = space.config(space.point(hyperparameters))
        except (KeyError, ValueError):
            continue
        yield Trial(config, value, "finished")
