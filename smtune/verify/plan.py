"""What a verification would train: configurations, seeds, requests, time and money. Reads; starts nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import boto3

from smtune.clone.running import describe
from smtune.definitions import definitions
from smtune.errors import ServiceError
from smtune.estimate import load_prices
from smtune.execute.pending import Pending
from smtune.patience import Line
from smtune.request.description import normalize
from smtune.results import Trials, pull
from smtune.results.cost import region_of, spending
from smtune.verify.choose import best_configurations, direction
from smtune.verify.look import find_training_job, look_at
from smtune.verify.model import Configuration, Repeat
from smtune.verify.planned import VerifyOptions, VerifyPlan, refuse_unfit
from smtune.verify.request import original_of, repeat_name, repeat_request, request_of
from smtune.verify.seed import Seeding, is_usual, seed_of, seeding

Json = Mapping[str, Any]
_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
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
    """Reads a tuning job once, and makes the plan of it."""

    def __init__(self, session: boto3.Session, tuning_job: str, options: VerifyOptions) -> None:
        self.options = options
        # A repeat that is not there is what is to be found out: that takes no second look.
        self.line = Line(session, dataclasses.replace(options.terms, grace=0.0))
        described = describe(Line(session, options.terms), tuning_job)
        self.trials: Trials = pull(session, tuning_job)
        self.arn = str(described["HyperParameterTuningJobArn"])
        self.named = {item.get("DefinitionName", ""): item for item in definitions(normalize(described).request)}
        self.limits = described["HyperParameterTuningJobConfig"].get("ResourceLimits", {})
        self.notes: dict[str, None] = {}
        self.pending = Pending.of(self.arn, "verify-best") if options.is_new else None

    def plan(self) -> VerifyPlan:
        chosen = self._choose()
        originals = {item.training_job: self._original(item) for item in chosen}
        seeds = self._seeds(chosen, originals)
        attempt = self._attempt(chosen[0].training_job, seeds)
        requests = {
            name: request
            for item in chosen
            for name, request in self._requests(originals[item.training_job], item, seeds, attempt).items()
        }
        tariff = (self.options.prices or load_prices()).tariff(region_of(self.trials))
        spent = spending(self.trials, tariff)
        return VerifyPlan(
            tuning_job=self.trials.name,
            arn=self.arn,
            metric=self.trials.objective[0],
            is_maximized=direction(self.trials),
            configurations=tuple(self._known(item, seeds, attempt, requests) for item in chosen),
            requests=requests,
            seeds=seeds,
            attempt=attempt,
            parallel=self.options.parallel or self.limits.get("MaxParallelTrainingJobs", 1),
            costs={each.name: each for each in spent.jobs},
            currency=spent.currency,
            unknown=spent.unknown,
            notes=tuple(self.notes),
            pending=self.pending,
        )

    def _choose(self) -> tuple[Configuration, ...]:
        tuned = {name for item in self.trials.algorithms for name in item.kinds}
        ignored = {name for name in tuned if is_usual(name) or name == self.options.seed_hyperparameter}
        chosen = best_configurations(self.trials, self.options.top, ignored)
        if len(chosen) < self.options.top:
            count = "only one configuration" if len(chosen) == 1 else f"{len(chosen)} different configurations"
            self._note(f"{self.trials.name} has {count} with an objective")
        status = {record.name: record.status for record in self.trials.records}
        if any(status[item.training_job] == "Stopped" for item in chosen):
            self._note("the originals were stopped early, the repeats are not: luck is not all that is between them")
        return chosen

    def _original(self, item: Configuration) -> Json:
        """DescribeTrainingJob's answer, or what the tuning job remembers of it."""
        found = find_training_job(self.line, item.training_job)
        if found is not None:
            return found
        record = next(each for each in self.trials.records if each.name == item.training_job)
        owner = next(each for each in self.trials.algorithms if each.name == item.definition)
        self._note(f"the record of {item.training_job} was deleted: its request is made of the tuning job's")
        return original_of(self.named[item.definition], item.training_job, record.hyperparameters, owner.metric)

    def _seeds(self, chosen: tuple[Configuration, ...], originals: Mapping[str, Json]) -> dict[str, str | None]:
        """Original training job -> the hyperparameter that is its seed."""
        if self.options.is_unseeded:
            self._note("no seed is set: the repeats differ by what each training draws for itself")
            return dict.fromkeys(originals)
        if self.options.seed_hyperparameter is not None:
            return dict.fromkeys(originals, self.options.seed_hyperparameter)
        found: dict[str, Seeding] = {}
        for name in dict.fromkeys(item.definition for item in chosen):
            own = [item.training_job for item in chosen if item.definition == name]
            values = {each: originals[each].get("HyperParameters", {}) for each in own}
            found[name] = seeding(self.named[name], values)
            for note in found[name].notes:
                self._note(note)
        return {item.training_job: found[item.definition].hyperparameter for item in chosen}

    def _attempt(self, original: str, seeds: Mapping[str, str | None]) -> int:
        """The latest verification's number (from 0); of a new one the next, or that of the one that was cut off."""
        attempt = 0
        while attempt < _MOST_ATTEMPTS:
            name, _ = self._name(original, seeds[original], attempt, 1)
            if find_training_job(self.line, name) is None:
                break
            attempt += 1
        if self.pending is None:
            return max(0, attempt - 1)
        begun = self.pending.name()
        return int(begun) if begun is not None and begun.isdecimal() else attempt

    def _name(self, original: str, seed: str | None, attempt: int, number: int) -> tuple[str, tuple[str, int] | None]:
        own = None if seed is None else (seed, seed_of(self.arn, attempt, number))
        return repeat_name(self.arn, original, own, (attempt, number)), own

    def _requests(
        self, original: Json, item: Configuration, seeds: Mapping[str, str | None], attempt: int
    ) -> dict[str, Json]:
        base = request_of(original, self.named[item.definition], self._tags(original))
        names = (
            self._name(item.training_job, seeds[item.training_job], attempt, number + 1)
            for number in range(self.options.repeats)
        )
        return {name: repeat_request(base, name, seed) for name, seed in names}

    def _known(
        self, item: Configuration, seeds: Mapping[str, str | None], attempt: int, requests: Mapping[str, Json]
    ) -> Configuration:
        metric = next(each.metric for each in self.trials.algorithms if each.name == item.definition)
        repeats = []
        for number in range(1, self.options.repeats + 1):
            name, seed = self._name(item.training_job, seeds[item.training_job], attempt, number)
            repeat = Repeat(name, number, None if seed is None else seed[1], metric)
            repeats.append(look_at(self.line, repeat, requests[name]))
        return dataclasses.replace(item, repeats=tuple(repeats))

    def _tags(self, original: Json) -> list[Mapping[str, str]]:
        arn = original.get("TrainingJobArn")
        if arn is None:
            return []
        try:
            found: list[Mapping[str, str]] = []
            request: dict[str, Any] = {"ResourceArn": arn}
            while True:
                page = self.line.call("sagemaker", "list_tags", **request)
                found += page.get("Tags", ())
                if not page.get("NextToken"):
                    return found
                request["NextToken"] = page["NextToken"]
        except ServiceError as error:
            if error.code not in _REFUSED:
                raise
            self._note(f"the repeats have no tags: ListTags was refused ({error.code})")
            return []

    def _note(self, sentence: str) -> None:
        self.notes[sentence] = None
