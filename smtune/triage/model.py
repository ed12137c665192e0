"""What triage finds, as values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cause:
    """A way for training jobs to fail, as the table knows it."""

    id: str
    """As in `memory`; the same from version to version."""
    name: str
    explanation: str
    fix: str


@dataclass(frozen=True)
class Failure:
    """A training job that did not do what it was for."""

    training_job: str
    status: str
    reason: str
    """The service's FailureReason, or what stands for it."""
    hyperparameters: Mapping[str, str]
    """The tuned ones, as text."""


@dataclass(frozen=True)
class Region:
    """Where in the search space a cause is at home."""

    hyperparameter: str
    comparison: str
    """`>=`, `<=` or `is`."""
    value: str
    failed_inside: int
    all_inside: int
    failed_outside: int
    all_outside: int
    chance: float
    """How likely such a split or a better one is by chance, over all splits that were looked at; at most 0.01."""
    nearest_good: str | None
    """The value next to the boundary with which training jobs completed; None for `is`."""

    @property
    def sentence(self) -> str:
        """As in `batch_size >= 512: 7 of 7 failed; 0 of 20 below`."""
        other = {">=": "below", "<=": "above", "is": "with any other"}[self.comparison]
        inside = f"{self.failed_inside} of {self.all_inside} failed"
        where = f"{self.hyperparameter} {self.comparison} {self.value}"
        return f"{where}: {inside}; {self.failed_outside} of {self.all_outside} {other}"

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in dataclasses.asdict(self).items() if name != "nearest_good"}


@dataclass(frozen=True)
class Group:
    """Training jobs that failed for the same cause."""

    cause: Cause
    detail: str
    """What tells it from others of the cause, as in `KeyError: 'label' at train.py:12 in load`; may be empty."""
    training_jobs: tuple[str, ...]
    lines: tuple[str, ...]
    """The decisive lines, from the log of one of them, else from its FailureReason."""
    region: Region | None
    settings: tuple[str, ...]
    """Changes of the spec that can help, each as `--set` takes it."""

    @property
    def count(self) -> int:
        return len(self.training_jobs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cause": self.cause.id,
            "name": self.cause.name,
            "detail": self.detail,
            "count": self.count,
            "training_jobs": list(self.training_jobs),
            "lines": list(self.lines),
            "explanation": self.cause.explanation,
            "region": None if self.region is None else self.region.to_dict(),
            "fix": self.cause.fix,
            "settings": list(self.settings),
        }


@dataclass(frozen=True)
class Triage:
    """Why a tuning job's training jobs failed."""

    tuning_job: str
    status: str
    failure_reason: str | None
    """Of the tuning job itself."""
    own_cause: Cause | None
    """What the tuning job's own reason means, where no training job explains it."""
    total: int
    """Training jobs that are over."""
    succeeded: int
    groups: tuple[Group, ...]
    """The largest first."""
    notes: tuple[str, ...]
    """What could not be looked at, and why."""

    @property
    def failed(self) -> int:
        return sum(group.count for group in self.groups)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape that `smtune why -o json` prints."""
        own = self.own_cause
        return {
            "schema_version": 1,
            "tuning_job_name": self.tuning_job,
            "status": self.status,
            "failure_reason": self.failure_reason,
            "cause": None if own is None else {"cause": own.id, "name": own.name, "fix": own.fix},
            "training_jobs": {"over": self.total, "succeeded": self.succeeded, "failed": self.failed},
            "groups": [group.to_dict() for group in self.groups],
            "notes": list(self.notes),
        }
