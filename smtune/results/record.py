"""A training job as smtune keeps it: the service's own answer as plain JSON, and what its tuning job says of it.

Times are seconds since the epoch. What looks like a credential is hidden here, before anything can write it to a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from smtune.secrecy import HIDDEN, hide, secret_values
from smtune.statuses import TERMINAL

Json = dict[str, Any]
OBJECTIVE = "_tuning_objective_metric"
"""The hyperparameter in which the service tells a training job what it is tuned for."""
_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")


@dataclass(frozen=True)
class Record:
    """One training job of a tuning job."""

    job: Mapping[str, Any]
    """As DescribeTrainingJob answers, and Search; plain JSON."""
    definition: str = ""
    """The algorithm's name, where the tuning job has several."""
    objective_status: str | None = None
    """As the service said; None where only the training job itself was read."""
    tuned: tuple[str, ...] | None = None
    """Names of the tuned hyperparameters, where the service said them."""

    @property
    def name(self) -> str:
        return str(self.job["TrainingJobName"])

    @property
    def status(self) -> str:
        return str(self.job["TrainingJobStatus"])

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def modified(self) -> float:
        """When its status changed last."""
        return float(self.job.get("LastModifiedTime") or self.job.get("TrainingEndTime") or self.job["CreationTime"])

    @property
    def metrics(self) -> dict[str, float]:
        """Final values by name; nan or infinite where the service says so."""
        return final_metrics(self.job)

    @property
    def hyperparameters(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.job.get("HyperParameters", {})
        return found

    @property
    def metric_definitions(self) -> list[dict[str, str]]:
        """What it is searched for: [{"Name": ..., "Regex": ...}]."""
        found: list[dict[str, str]] = self.job.get("AlgorithmSpecification", {}).get("MetricDefinitions", [])
        return found

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The metrics that it is searched for, each once."""
        return tuple(dict.fromkeys(item["Name"] for item in self.metric_definitions))


def final_metrics(job: Mapping[str, Any]) -> dict[str, float]:
    """The final values by name in DescribeTrainingJob's answer. JSON has them as the text `NaN` where they are that."""
    return {item["MetricName"]: float(item["Value"]) for item in job.get("FinalMetricDataList", ()) if "Value" in item}


def to_plain(answer: Any) -> Any:
    """A service's answer as JSON: times as seconds, every text without what has a credential's form, no nulls.

    A member that is null is one that is not there, as for botocore's own parsers.
    """
    if isinstance(answer, dict):
        members = ((key, value) for key, value in answer.items() if key != "ResponseMetadata" and value is not None)
        return {key: to_plain(value) for key, value in members}
    if isinstance(answer, list | tuple):
        return [to_plain(item) for item in answer]
    if isinstance(answer, str):
        return _hidden(answer)
    return answer.timestamp() if isinstance(answer, dt.datetime) else answer


def seconds_of(value: float | str | dt.datetime) -> float:
    """A time as a service may say it, in seconds since the epoch."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
        value = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return value.timestamp() if isinstance(value, dt.datetime) else float(value)


def plain_training_job(answer: Mapping[str, Any]) -> Json:
    """DescribeTrainingJob's answer as JSON, without secrets."""
    job: Json = to_plain(dict(answer))
    job |= {name: seconds_of(job[name]) for name in _TIMES if name in job}
    said = {
        "StaticHyperParameters": job.get("HyperParameters", {}),
        "Environment": job.get("Environment", {}),
    }
    return _without(job, secret_values({"TrainingJobDefinition": said, "Tags": job.get("Tags", [])}))


def plain_tuning_job(answer: Mapping[str, Any]) -> Json:
    """DescribeHyperParameterTuningJob's answer as JSON, without secrets."""
    job: Json = to_plain(dict(answer))
    return _without(job, secret_values(job))


def hide_secrets(value: Json, job: Mapping[str, Any]) -> Json:
    """`value` without the secrets of the tuning job `job`."""
    return _without(value, secret_values(job))


def _without(value: Json, secrets: tuple[str, ...]) -> Json:
    wanted = tuple(secret for secret in secrets if secret != HIDDEN)
    found: Json = _each_text(value, lambda text: hide(text, wanted)) if wanted else value
    return found


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


@lru_cache(maxsize=20_000)
def _hidden(text: str) -> str:
    # The texts of 500 training jobs are the same but for a few: ARNs, images, regexes, statuses.
    return hide(text, ())
