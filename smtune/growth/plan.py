"""What a learning curve would train: rows, draws, requests, time and money. Reads; starts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from smtune.data.upload.place import parse_place
from smtune.errors import UsageError
from smtune.growth.channel import TrainChannel, train_channel
from smtune.growth.judge import is_enough
from smtune.growth.kept import Kept, kept_of
from smtune.growth.measure import Measure, Names, measure
from smtune.growth.options import GrowthOptions, refuse_unfit
from smtune.growth.planned import MARK, GrowthPlan, Training, place_of
from smtune.growth.source import LEAST_ROWS, Part, Source, fetched_source
from smtune.results.record import final_metrics
from smtune.results.spending import JobCost, Spending
from smtune.retrain.choose import direction
from smtune.retrain.look import look_at
from smtune.retrain.model import Configuration, Repeat
from smtune.retrain.origin import Origin
from smtune.retrain.request import repeat_name, repeat_request
from smtune.retrain.seed import builtin_of, repeats_itself, seed_of, seeding

Json = Mapping[str, Any]


@contextmanager
def growth_plan(session: boto3.Session, tuning_job: str, options: GrowthOptions | None = None) -> Iterator[GrowthPlan]:
    """What `grow` would do now; what was trained before is found. The training rows are here while inside.

    Raises UsageError for rows that cannot be cut and a tuning job that runs, JobError for one without an objective,
    ServiceError, ConfigurationError.
    """
    how = options or GrowthOptions()
    refuse_unfit(how)
    planner = _Planner(session, tuning_job, how)
    with fetched_source(session, planner.channel, how) as source:
        yield planner.plan(source)


class _Planner:
    """Reads a tuning job and makes the plan of it."""

    def __init__(self, session: boto3.Session, tuning_job: str, options: GrowthOptions) -> None:
        self.options = options
        self.origin = Origin(session, tuning_job, options.terms)
        (self.best,) = self.origin.best(1)
        self.original = self.origin.original(self.best)
        self.request = self.origin.request(self.best, self.original)
        self.values: Mapping[str, str] = self.request.get("HyperParameters", {})
        self.definition = self.origin.named[self.best.definition]
        builtin = builtin_of(self.definition, self.values)
        self.channel: TrainChannel = train_channel(self.request, options.channel, builtin)
        self.kept: Kept = kept_of(session, tuning_job, options.terms)

    def plan(self, source: Source) -> GrowthPlan:
        measured = self._measure()
        seed, prefix = self._seed(), self._prefix()
        found = [self._training(source, place, (seed, prefix), measured.metric) for place in self._sizes(source)]
        if not is_enough([training.rows for training, _ in found]):
            self.origin.note("so few trainings give no verdict: it takes three numbers of rows and five trainings")
        spent = self.origin.spending(self.options.prices)
        return GrowthPlan(
            tuning_job=self.origin.trials.name,
            arn=self.origin.arn,
            configuration=self.best,
            measure=measured,
            trainings=tuple(training for training, _ in found),
            source=source,
            prefix=prefix,
            channel=self.channel.name,
            requests={training.repeat.training_job: request for training, request in found},
            seed_hyperparameter=seed,
            parallel=self.options.parallel or self.origin.parallel,
            cost=_cost(spent, self.best),
            currency=spent.currency,
            options=self.options,
            target=self._target(measured),
            unknown=spent.unknown,
            notes=(*self.origin.notes, *source.notes, *self.kept.notes, *self.kept.split_notes()),
        )

    def _training(
        self, source: Source, place: tuple[int, float, int], how: tuple[str | None, str], metric: str
    ) -> tuple[Training, dict[str, Any]]:
        """One of `_sizes` as it is now, and its request; `how`: the seed's hyperparameter, and the parts' prefix."""
        (number, share, rows), (seed, prefix) = place, how
        is_there = rows == source.rows and source.is_channel
        part = None if is_there else source.part(self.options.seed, number, rows)
        name, request = self._request(source, part, (number, seed), prefix)
        own = None if seed is None else seed_of(self.origin.arn, self.options.seed, number)
        repeat = look_at(self.origin.line, Repeat(name, number, own, metric), request)
        return Training(rows, share, part, repeat), request

    def _measure(self) -> Measure:
        objective = self.origin.metric(self.best)
        metrics = final_metrics(self.original) or {objective: self.best.original}
        validation, training = self.kept.metrics_of(objective)
        asked = self.options
        named = asked.train_metric
        if named is None and (asked.metric or objective) == validation and training in metrics:
            named = training
        found = measure(
            Names(asked.metric, named), metrics, objective=objective, is_maximized=direction(self.origin.trials)
        )
        if found.train_metric is None:
            self.origin.note("the job reports no such metric on the training rows: name one it reports, --train-metric")
        return found

    def _target(self, measured: Measure) -> float | None:
        if self.options.target is not None:
            return self.options.target
        human, (said_of, _) = self.kept.human, self.kept.metrics_of(self.origin.metric(self.best))
        if human is None:
            return None
        if measured.form == "negative":
            self.origin.note(f"human level is an error, and {measured.metric} is none: say what is wanted, --target")
            return None
        if measured.metric != said_of:
            self.origin.note(f"human level is said of {said_of}: --metric {said_of} measures against it")
            return None
        return human

    def _seed(self) -> str | None:
        """The hyperparameter that gets another seed for each draw, where one is known."""
        if repeats_itself(self.definition, self.values):
            self.origin.note("nothing in this training is drawn at random: one training on all rows is enough")
            return None
        try:
            found = seeding(self.definition, {self.best.training_job: self.values})
        except UsageError:
            self.origin.note("no hyperparameter is known to be a seed: the trainings differ by their rows, none is set")
            return None
        for note in found.notes:
            self.origin.note(note)
        return found.hyperparameter

    def _prefix(self) -> str:
        """Where the parts go: below what smtune keeps of the job, else below its name in the channel's bucket."""
        if self.options.to is not None:
            return self.options.to.rstrip("/")
        bucket = parse_place(self.channel.uri).bucket
        return self.kept.prefix or f"s3://{bucket}/smtune/{self.origin.trials.name}"

    def _sizes(self, source: Source) -> Iterator[tuple[int, float, int]]:
        """(number of the draw, share, rows): the first draw of each share, fewest rows first, the second, ..."""
        sizes = {share: round(share * source.rows) for share in sorted(self.options.shares)}
        if source.rows < LEAST_ROWS:
            message = (
                f"channel {self.channel.name} ({self.channel.uri}) has {source.rows} training rows: parts of fewer "
                f"than {LEAST_ROWS} say nothing"
            )
            raise UsageError(message)
        if min(sizes.values()) < LEAST_ROWS or len(set(sizes.values())) < len(sizes):
            share = min(sizes)
            message = (
                f"{100 * share:.4g} % of {source.rows:,} training rows is {sizes[share]:,}: each share has at least "
                f"{LEAST_ROWS} rows, and no two the same number\n    name other shares, as in --shares 25,50,75,100"
            )
            raise UsageError(message)
        once = repeats_itself(self.definition, self.values)
        for number in range(1, self.options.repeats + 1):
            for share, rows in sizes.items():
                if rows < source.rows or number == 1 or not once:
                    yield number, share, rows

    def _request(
        self, source: Source, part: Part | None, draw: tuple[int, str | None], prefix: str
    ) -> tuple[str, dict[str, Any]]:
        number, hyperparameter = draw
        seed = seed_of(self.origin.arn, self.options.seed, number)
        rows = source.rows if part is None else part.rows
        what = source.fingerprint if part is None else f"{prefix}/{part.fingerprint}"
        key = [self.origin.arn, self.best.training_job, hyperparameter, seed, number, rows, what]
        name = repeat_name(MARK, self.best.training_job, number, key)
        request = repeat_request(self.request, name, None if hyperparameter is None else (hyperparameter, seed))
        if part is not None:
            uri = place_of(prefix, part, self.channel.name)
            channels = [_moved(item, self.channel.name, uri) for item in request["InputDataConfig"]]
            request = {**request, "InputDataConfig": channels}
        return name, request


def _moved(channel: Json, name: str, uri: str) -> dict[str, Any]:
    """The channel with its rows elsewhere, if it is the one of that name."""
    if channel["ChannelName"] != name:
        return dict(channel)
    place = {**channel["DataSource"]["S3DataSource"], "S3Uri": uri}
    return {**channel, "DataSource": {**channel["DataSource"], "S3DataSource": place}}


def _cost(spent: Spending, best: Configuration) -> JobCost:
    return next(each for each in spent.jobs if each.name == best.training_job)
