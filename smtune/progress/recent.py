"""The newest training jobs of a tuning job, one call for up to 100 of them, and why one failed in a few words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.errors import legible
from smtune.patience import Line
from smtune.secrecy import hide
from smtune.statuses import RUNNING

_MOST = 100
_REASON_SHOWN = 100
_QUOTED = re.compile(r'ErrorMessage "(.*?)"\s*(?:Command|in |,|$)', re.DOTALL)
_WRAPPERS = re.compile(r"^(?:AlgorithmError|ExecuteUserScriptError|framework error|ExitCode \d+)\W*\s*")
_ENDINGS = re.compile(r",? exit code: \d+$")


@dataclass(frozen=True)
class TrainingJob:
    """A training job of a tuning job, in one line of a table."""

    name: str
    status: str
    objective: float | None
    started: dt.datetime | None
    ended: dt.datetime | None
    reason: str | None
    """Why it failed, shortened."""

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    def seconds(self, now: float) -> float | None:
        """How long it has trained, up to `now` (seconds since the epoch) if it still does; None before it began."""
        if self.started is None:
            return None
        return max(0.0, (self.ended.timestamp() if self.ended else now) - self.started.timestamp())


def recent_training_jobs(line: Line, tuning_job: str) -> tuple[TrainingJob, ...]:
    """Up to 100 training jobs, newest first: enough for all that can run at a time."""
    answer = line.call(
        "sagemaker",
        "list_training_jobs_for_hyper_parameter_tuning_job",
        HyperParameterTuningJobName=tuning_job,
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=_MOST,
    )
    return tuple(_training_job(summary) for summary in answer["TrainingJobSummaries"])


def value_of(objective: Mapping[str, Any]) -> float | None:
    """The value of a FinalHyperParameterTuningJobObjectiveMetric; JSON has nan and infinity as texts."""
    return float(objective["Value"]) if "Value" in objective else None


def short_reason(reason: str) -> str:
    """A FailureReason in one short line: the script's own last words where it has any, but no credentials."""
    quoted = _QUOTED.search(reason)
    text = quoted[1] if quoted else reason
    lines = [part.strip() for part in text.replace("\\n", "\n").splitlines() if part.strip()]
    line = lines[-1] if quoted and lines else " ".join(lines)
    for _ in range(3):
        line = _WRAPPERS.sub("", line)
    return legible(hide(_ENDINGS.sub("", line).strip() or reason.strip(), ()), _REASON_SHOWN)


def _training_job(summary: Mapping[str, Any]) -> TrainingJob:
    reason = summary.get("FailureReason")
    return TrainingJob(
        name=summary["TrainingJobName"],
        status=summary["TrainingJobStatus"],
        objective=value_of(summary.get("FinalHyperParameterTuningJobObjectiveMetric", {})),
        started=summary.get("TrainingStartTime"),
        ended=summary.get("TrainingEndTime"),
        reason=short_reason(reason) if reason else None,
    )
