"""Plan + session -> a tuning job, exactly one: what is there is found, what is missing is sent and created."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import boto3

from smtune.clone.running import Running
from smtune.compare import Difference
from smtune.data.upload.send import send
from smtune.data.upload.settings import Report, Sent, UploadSettings
from smtune.execute.bucket import ensure_bucket
from smtune.execute.create import create_job
from smtune.execute.existing import changes, find_job
from smtune.patience import Terms
from smtune.plan import Plan


@dataclass(frozen=True)
class Launched:
    """A tuning job that is there now."""

    name: str
    arn: str
    outcome: Literal["created", "found"]
    """`found`: it had been launched before, by this machine or another."""
    status: str
    changes: tuple[Difference, ...] = ()
    """What the service made otherwise than asked."""
    sent: Sent = field(default_factory=Sent)
    notes: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows of train, validation and test where a table was split."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape of `smtune launch -o json`."""
        return {
            "schema_version": 1,
            "tuning_job_name": self.name,
            "tuning_job_arn": self.arn,
            "outcome": self.outcome,
            "status": self.status,
            "changes": [item.to_dict() for item in self.changes],
            "uploaded": {"files": self.sent.sent_files, "bytes": self.sent.sent_bytes, "kept": self.sent.kept_files},
            "rows": dict(self.rows),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class LaunchOptions:
    """How a launch goes about it."""

    uploads: UploadSettings = field(default_factory=UploadSettings)
    report: Report | None = None
    """Is told how far the upload is."""
    terms: Terms = field(default_factory=lambda: Terms(patience=120.0))
    """How long what passes by itself is waited for: throttling, a role so new that nobody can assume it."""
    check: Callable[[], tuple[str, ...]] = tuple
    """Looks at the data once it is clear that there is no such job, and before anything is sent; gives notes."""
    create_bucket: bool = False
    """Whether a missing bucket is created: the account's default one, as the SDK does."""


def launch(session: boto3.Session, plan: Plan, options: LaunchOptions | None = None) -> Launched:
    """Carry out `plan`, or find that it has been carried out.

    May be interrupted anywhere and run again: data lies below a fingerprint of its contents, and the job's name stands
    for its request, so that the second run finishes the first. Raises ServiceError, ConfigurationError.
    """
    chosen = options or LaunchOptions()
    there = find_job(session, plan.name, chosen.terms)
    if there is not None:
        return _launched(plan, there, "found")
    notes = chosen.check()
    notes += ensure_bucket(session, plan) if chosen.create_bucket else ()
    sent = send(session, plan.uploads, chosen.uploads, chosen.report)
    made, is_new = create_job(session, plan.request, chosen.terms)
    launched = _launched(plan, made, "created" if is_new else "found")
    return replace(launched, sent=sent, notes=(*plan.notes, *notes))


def _launched(plan: Plan, there: Running, outcome: Literal["created", "found"]) -> Launched:
    arn = str(there.description["HyperParameterTuningJobArn"])
    return Launched(plan.name, arn, outcome, there.status, changes(there, plan.request), notes=plan.notes)
