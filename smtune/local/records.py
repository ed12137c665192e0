"""What the engine remembers of a job: frozen values in the service's terms. Times are seconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TuningStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]
TrainingStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]
ObjectiveStatus = Literal["Succeeded", "Pending", "Failed"]
RUNNING = ("InProgress", "Stopping")


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

    @property
    def all_tags(self) -> Mapping[str, str]:
        """The tags that the user gave it."""
        asked = {item["Key"]: item["Value"] for item in self.request.get("Tags", ())}
        return asked if self.tags is None else self.tags

    @property
    def config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self.request["HyperParameterTuningJobConfig"]
        return config

    @property
    def definition(self) -> Mapping[str, Any]:
        definition: Mapping[str, Any] = self.request["TrainingJobDefinition"]
        return definition

    @property
    def objective(self) -> tuple[str, bool]:
        """The objective metric's name, and whether it is maximized."""
        objective = self.config["HyperParameterTuningJobObjective"]
        return objective["MetricName"], objective["Type"] == "Maximize"


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

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def seconds(self) -> int | None:
        """How long it ran, as it is billed; None until it has ended."""
        if self.started is None or self.ended is None:
            return None
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
