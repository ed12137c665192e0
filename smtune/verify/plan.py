"""What a verification would train: configurations, seeds, requests, time and money. Reads; starts nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import boto3

from smtune.execute.pending import Pending
from smtune.retrain.choose import direction
from smtune.retrain.look import find_training_job, look_at
from smtune.retrain.model import Configuration, Repeat
from smtune.retrain.origin import Origin
from smtune.retrain.request import repeat_name, repeat_request
from smtune.retrain.seed import Seeding, is_usual, seed_of, seeding
from smtune.verify.planned import MARK, VerifyOptions, VerifyPlan, refuse_unfit

Json = Mapping[str, Any]
_MOST_ATTEMPTS = 100


def plan_verification(session: boto3.Session, tuning_job: str, options: VerifyOptions | None = None) -> VerifyPlan:
    """What `verify_best` would do now; repeats that were begun before are found.

    Raises UsageError where repeats would all be equal or the seed is not known, JobError for a tuning job without an
    objective, ServiceError, ConfigurationError.
    """
    how = options or VerifyOptions()
    refuse_unfit(how)
    return _Planner(session, tuning_job, how).plan()


class _Planner:
    """Makes the plan of a tuning job."""

    def __init__(self, session: boto3.Session, tuning_job: str, options: VerifyOptions) -> None:
        self.options = options
        self.origin = Origin(session, tuning_job, options.terms)
        self.pending = Pending.of(self.origin.arn, "verify-best") if options.is_new else None

    def plan(self) -> VerifyPlan:
        chosen = self._choose()
        originals = {item.training_job: self.origin.original(item) for item in chosen}
        seeds = self._seeds(chosen, originals)
        attempt = self._attempt(chosen[0].training_job, seeds)
        requests = {
            name: request
            for item in chosen
            for name, request in self._requests(originals[item.training_job], item, seeds, attempt).items()
        }
        spent = self.origin.spending(self.options.prices)
        trials = self.origin.trials
        return VerifyPlan(
            tuning_job=trials.name,
            arn=self.origin.arn,
            metric=trials.objective[0],
            is_maximized=direction(trials),
            configurations=tuple(self._known(item, seeds, attempt, requests) for item in chosen),
            requests=requests,
            seeds=seeds,
            attempt=attempt,
            parallel=self.options.parallel or self.origin.parallel,
            costs={each.name: each for each in spent.jobs},
            currency=spent.currency,
            unknown=spent.unknown,
            notes=tuple(self.origin.notes),
            pending=self.pending,
        )

    def _choose(self) -> tuple[Configuration, ...]:
        trials = self.origin.trials
        tuned = {name for item in trials.algorithms for name in item.kinds}
        ignored = {name for name in tuned if is_usual(name) or name == self.options.seed_hyperparameter}
        chosen = self.origin.best(self.options.top, ignored)
        if len(chosen) < self.options.top:
            count = "only one configuration" if len(chosen) == 1 else f"{len(chosen)} different configurations"
            self.origin.note(f"{trials.name} has {count} with an objective")
        return chosen

    def _seeds(self, chosen: tuple[Configuration, ...], originals: Mapping[str, Json]) -> dict[str, str | None]:
        """Original training job -> the hyperparameter that is its seed."""
        if self.options.is_unseeded:
            self.origin.note("no seed is set: the repeats differ by what each training draws for itself")
            return dict.fromkeys(originals)
        if self.options.seed_hyperparameter is not None:
            return dict.fromkeys(originals, self.options.seed_hyperparameter)
        found: dict[str, Seeding] = {}
        for name in dict.fromkeys(item.definition for item in chosen):
            own = [item.training_job for item in chosen if item.definition == name]
            values = {each: originals[each].get("HyperParameters", {}) for each in own}
            found[name] = seeding(self.origin.named[name], values)
            for note in found[name].notes:
                self.origin.note(note)
        return {item.training_job: found[item.definition].hyperparameter for item in chosen}

    def _attempt(self, original: str, seeds: Mapping[str, str | None]) -> int:
        """The latest verification's number (from 0); of a new one the next, or that of the one that was cut off."""
        attempt = 0
        while attempt < _MOST_ATTEMPTS:
            name, _ = self._name(original, seeds[original], attempt, 1)
            if find_training_job(self.origin.line, name) is None:
                break
            attempt += 1
        if self.pending is None:
            return max(0, attempt - 1)
        begun = self.pending.name()
        return int(begun) if begun is not None and begun.isdecimal() else attempt

    def _name(self, original: str, seed: str | None, attempt: int, number: int) -> tuple[str, tuple[str, int] | None]:
        own = None if seed is None else (seed, seed_of(self.origin.arn, attempt, number))
        return repeat_name(MARK, original, number, [self.origin.arn, original, own, [attempt, number]]), own

    def _requests(
        self, original: Json, item: Configuration, seeds: Mapping[str, str | None], attempt: int
    ) -> dict[str, Json]:
        base = self.origin.request(item, original)
        names = (
            self._name(item.training_job, seeds[item.training_job], attempt, number + 1)
            for number in range(self.options.repeats)
        )
        return {name: repeat_request(base, name, seed) for name, seed in names}

    def _known(
        self, item: Configuration, seeds: Mapping[str, str | None], attempt: int, requests: Mapping[str, Json]
    ) -> Configuration:
        metric = self.origin.metric(item)
        repeats = []
        for number in range(1, self.options.repeats + 1):
            name, seed = self._name(item.training_job, seeds[item.training_job], attempt, number)
            repeat = Repeat(name, number, None if seed is None else seed[1], metric)
            repeats.append(look_at(self.origin.line, repeat, requests[name]))
        return dataclasses.replace(item, repeats=tuple(repeats))
