"""What the engine remembers of a job: frozen values in the service's terms. Times are seconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from smtune.definitions import definitions
from smtune.local.autotune import chosen, filled_ranges
from smtune.statuses import RUNNING

TuningStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]
TrainingStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]
ObjectiveStatus = Literal["Succeeded", "Pending", "Failed"]


@dataclass(frozen=True)
class Definition:
    """A training job definition of a tuning job, and what is tuned of it."""

    name: str | None
    """None: the job has this one only, and it needs no name."""
    body: Mapping[str, Any]
    """As in the request."""
    ranges: Mapping[str, Any]
    """ParameterRanges, with those that Autotune has chosen."""
    objective: str | None
    """The metric's name; None: there is none (CreateTrainingJob)."""
    maximize: bool


@dataclass(frozen=True)
class TuningJob:
    name: str
    request: Mapping[str, Any]
    """CreateHyperParameterTuningJob's, as it came."""
    created: float
    modified: float
    status: TuningStatus = "InProgress"
    ended: float | None = None
    failure_reason: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    """How the engine runs it (strategy, isolation); shown as tags."""
    tags: Mapping[str, str] | None = None
    """What AddTags and DeleteTags made of the request's; None before either."""
    s3_endpoint: str | None = None
    """Where its S3 is; None is the engine's own folder."""
    runner: str = "process"
    """What runs its training jobs: `process` or `container`."""
    alone: str | None = None
    """The name of the only training job, where CreateTrainingJob asked for it: nobody sees this tuning job."""
    converged: float | None = None
    """When it was seen that it brings nothing more."""

    @property
    def all_tags(self) -> Mapping[str, str]:
        """The tags that the user gave it."""
        asked = {item["Key"]: item["Value"] for item in self.request.get("Tags", ())}
        return asked if self.tags is None else self.tags

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """HyperParameterTuningJobConfig, with what Autotune has chosen."""
        return chosen(self.request)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """In the request's order; often one."""
        return tuple(_definition(body, self.config) for body in definitions(self.request))

    def definition_of(self, training: TrainingJob) -> Definition:
        """What a training job was made from."""
        return next(each for each in self.definitions if each.name == training.definition)

    @property
    def maximize(self) -> bool:
        """Which way the objective is better: that of the first definition, which has to be everybody's."""
        return self.definitions[0].maximize


@dataclass(frozen=True)
class Parent:
    """A tuning job that another one learns from."""

    name: str
    is_same: bool
    """Whether data and algorithm are the same (IdenticalDataAndAlgorithm)."""
    tried: tuple[tuple[Mapping[str, str], float], ...]
    """All hyperparameters of a training job, and its objective."""
    best: str | None = None
    """The training job with the best objective."""


@dataclass(frozen=True)
class Transition:
    """A secondary status and when it began."""

    status: str
    start: float
    message: str


@dataclass(frozen=True)
class TrainingJob:
    name: str
    tuning_job: str
    number: int
    """From 1, in the order of suggestion."""
    config: Mapping[str, str]
    """The tuned hyperparameters, as the service carries them."""
    created: float
    modified: float
    status: TrainingStatus = "InProgress"
    transitions: tuple[Transition, ...] = ()
    started: float | None = None
    ended: float | None = None
    failure_reason: str | None = None
    objective: float | None = None
    objective_status: ObjectiveStatus = "Pending"
    final_metrics: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Name -> (last value, its time)."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The tuning job's at its start, and what was changed since."""
    definition: str | None = None
    """The name of its definition."""
    resource: int | None = None
    """How far Hyperband lets it train, where that takes a training job of its own."""
    attempts: int = 1
    """How often it was started, retries included."""

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def seconds(self) -> int | None:
        """How long it ran, as it is billed; None until it has ended."""
        if self.ended is None:
            return None
        if self.started is None:  # it was stopped before its instances were there
            return 0
        return max(1, round(self.ended - self.started))


@dataclass(frozen=True)
class Entry:
    """What lists choose jobs by."""

    name: str
    status: str
    created: float
    modified: float
    objective: float | None = None
    tuning_job: str = ""
    """A training job's."""


@dataclass(frozen=True)
class Tally:
    """A tuning job's training jobs, counted."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    objectives: Mapping[str, int] = field(default_factory=dict)
    """By the status of their objective."""
    modified: float = 0.0
    """When one of them changed last."""
    seconds: int = 0
    """Of those that have ended."""


def _definition(body: Mapping[str, Any], config: Mapping[str, Any]) -> Definition:
    """Several definitions hold their own ranges and objectives; a single one leaves them to the job's configuration."""
    objective = body.get("TuningObjective") or config.get("HyperParameterTuningJobObjective", {})
    ranges = body.get("HyperParameterRanges") or config.get("ParameterRanges", {})
    maximize = objective.get("Type") == "Maximize"
    name, metric = body.get("DefinitionName"), objective.get("MetricName")
    return Definition(name, body, filled_ranges(ranges, body), metric, maximize)
