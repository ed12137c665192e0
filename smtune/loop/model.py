"""What a round of the loop is, and what the loop may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import boto3

from smtune.advise import Advice
from smtune.estimate import Budget
from smtune.launching import Circumstances
from smtune.loop.rematch import Contender, Rematch
from smtune.progress import Progress, watch
from smtune.spec import TuningSpec
from smtune.suggest import Suggestion, Suggestions


def _to_its_end(session: boto3.Session, job: str) -> Progress:
    *_, last = watch(session, job)
    return last


@dataclass(frozen=True)
class LoopOptions:
    """How far a loop goes."""

    rounds: int = 3
    budget: Budget | None = None
    """For all rounds together; counts on AWS only."""
    circumstances: Circumstances | None = None
    wait: Callable[[boto3.Session, str], Progress] = field(default=_to_its_end)
    """Watches a tuning job to its end."""


@dataclass(frozen=True)
class Round:
    """One tuning job, what it showed, and what comes of it."""

    number: int
    spec: TuningSpec
    job: str
    progress: Progress
    advice: Advice | None
    """None where the tuning job failed."""
    rematch: Rematch | None = None
    """Of the best round before with this one, where the two have other validation rows."""
    applied: Suggestion | None = None
    """What this round tried; None for the first."""
    is_best: bool = False
    """Whether it is better than all before."""
    spent: float | None = None
    """Money of all rounds so far; None where prices are not known."""
    next: Suggestion | None = None
    """What the next round tries."""
    basis: Suggestions | None = None
    """What `next` is one of: those for the best tuning job so far, which need not be this round's."""
    ends: str = ""
    """Why the loop ends with this round; empty where it goes on."""

    @property
    def objective(self) -> float | None:
        return self.advice.best.objective if self.advice and self.advice.best else None

    @property
    def contender(self) -> Contender | None:
        """Its best model; None where it has none."""
        return Contender(self.spec, self.advice.best) if self.advice and self.advice.best else None

    @property
    def headline(self) -> str:
        return self.advice.suggestions.headline if self.advice else self.progress.failure_reason or self.progress.status

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "round": self.number,
            "tuning_job_name": self.job,
            "status": self.progress.status,
            "applied": self.applied.title if self.applied else None,
            "changes": [change.to_dict() for change in self.applied.changes] if self.applied else [],
            "objective": self.objective,
            "on_the_same_rows": asdict(self.rematch) if self.rematch else None,
            "is_best": self.is_best,
            "headline": self.headline,
            "spent": self.spent,
            "next": self.next.title if self.next else None,
            "ends": self.ends or None,
        }
