"""A finished tuning job -> its best configurations, and the request of each that would train it again."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import boto3

from smtune.clone.running import describe
from smtune.definitions import definitions
from smtune.errors import ServiceError
from smtune.estimate import PriceTable, load_prices
from smtune.patience import Line, Terms
from smtune.request.description import normalize
from smtune.results import Trials, pull
from smtune.results.cost import region_of, spending
from smtune.results.spending import Spending
from smtune.retrain.choose import best_configurations
from smtune.retrain.look import find_training_job
from smtune.retrain.model import Configuration
from smtune.retrain.request import original_of, request_of

Json = Mapping[str, Any]
_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


class Origin:
    """Reads a tuning job once, and its training jobs as they are asked for; notes what could not be had."""

    def __init__(self, session: boto3.Session, tuning_job: str, terms: Terms) -> None:
        # A repeat that is not there is what is to be found out: that takes no second look.
        self.line = Line(session, dataclasses.replace(terms, grace=0.0))
        described = describe(Line(session, terms), tuning_job)
        self.trials: Trials = pull(session, tuning_job)
        self.arn = str(described["HyperParameterTuningJobArn"])
        self.named = {item.get("DefinitionName", ""): item for item in definitions(normalize(described).request)}
        limits = described["HyperParameterTuningJobConfig"].get("ResourceLimits", {})
        self.parallel = int(limits.get("MaxParallelTrainingJobs", 1))
        self.notes: dict[str, None] = {}

    def note(self, sentence: str) -> None:
        """Remember it, once."""
        self.notes[sentence] = None

    def best(self, top: int, ignored: Collection[str] = ()) -> tuple[Configuration, ...]:
        """As `best_configurations`; raises what that does."""
        chosen = best_configurations(self.trials, top, ignored)
        status = {record.name: record.status for record in self.trials.records}
        if any(status[item.training_job] == "Stopped" for item in chosen):
            self.note("the originals were stopped early, the repeats are not: luck is not all that is between them")
        return chosen

    def original(self, item: Configuration) -> Json:
        """DescribeTrainingJob's answer, or what the tuning job remembers of it."""
        found = find_training_job(self.line, item.training_job)
        if found is not None:
            return found
        record = next(each for each in self.trials.records if each.name == item.training_job)
        self.note(f"the record of {item.training_job} was deleted: its request is made of the tuning job's")
        metric = self.metric(item)
        return original_of(self.named[item.definition], item.training_job, record.hyperparameters, metric)

    def metric(self, item: Configuration) -> str:
        """The objective of its algorithm."""
        return next(each.metric for each in self.trials.algorithms if each.name == item.definition)

    def request(self, item: Configuration, original: Json) -> dict[str, Any]:
        """What was asked of `original`, but its name."""
        return request_of(original, self.named[item.definition], self._tags(original))

    def spending(self, prices: PriceTable | None) -> Spending:
        """What the training jobs have cost, at these prices (None: the shipped ones)."""
        return spending(self.trials, (prices or load_prices()).tariff(region_of(self.trials)))

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
            self.note(f"the repeats have no tags: ListTags was refused ({error.code})")
            return []
