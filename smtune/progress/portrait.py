"""All that a person wants to know of a tuning job: its description and tags, and how each of its definitions does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.partitions import console_host
from smtune.patience import Line, Terms
from smtune.progress.look import BRIEF, describe, tags_of
from smtune.progress.state import Progress, iso, progress_of
from smtune.trainings import training_job_summaries


@dataclass(frozen=True)
class Portrait:
    """A tuning job in words."""

    progress: Progress
    strategy: str
    objectives: tuple[str, ...]
    """As in `maximize validation:auc`, one for each definition that has its own."""
    ranges: str
    """As in `4: 2 continuous, 1 integer, 1 categorical`."""
    created: str
    """ISO 8601, UTC."""
    ended: str | None
    training_seconds: int | None
    """Of all training jobs together."""
    definitions: Mapping[str, str]
    """Name -> how many training jobs are where; empty for a job with one definition."""
    parents: tuple[str, ...]
    """Tuning jobs that it started warm from."""
    warm_start: str | None
    completion: str | None
    """What made the job end before its limits."""
    tags: Mapping[str, str]
    console: str | None
    """Where AWS shows it."""


def portray(session: boto3.Session, tuning_job: str, *, on_aws: bool) -> Portrait:
    """A portrait of a tuning job: 2 calls, and one for each 100 training jobs where it has several definitions."""
    job = describe(session, tuning_job)
    config, arn = job["HyperParameterTuningJobConfig"], job["HyperParameterTuningJobArn"]
    warm = job.get("WarmStartConfig", {})
    ended = job.get("HyperParameterTuningEndTime")
    return Portrait(
        progress=progress_of(job, time.time()),
        strategy=config["Strategy"],
        objectives=tuple(_objectives(job)),
        ranges=_ranges(job),
        created=iso(job["CreationTime"]),
        ended=None if ended is None else iso(ended),
        training_seconds=job.get("ConsumedResources", {}).get("RuntimeInSeconds"),
        definitions=_definitions(session, job) if job.get("TrainingJobDefinitions") else {},
        parents=tuple(item["HyperParameterTuningJobName"] for item in warm.get("ParentHyperParameterTuningJobs", ())),
        warm_start=warm.get("WarmStartType"),
        completion=_completion(job.get("TuningJobCompletionDetails", {})),
        tags=tags_of(session, arn),
        console=console_link(arn, tuning_job) if on_aws else None,
    )


def console_link(arn: str, tuning_job: str) -> str | None:
    """Where the AWS console shows a tuning job, by the region in its ARN; None for a console that nobody knows."""
    region = arn.split(":")[3]
    host = console_host(region)
    return host and f"https://{host}/sagemaker/home?region={region}#/hyper-tuning-jobs/{tuning_job}"


def _objectives(job: Mapping[str, Any]) -> list[str]:
    goals = [each.get("TuningObjective") for each in job.get("TrainingJobDefinitions", ())]
    goals.insert(0, job["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective"))
    words = [f"{goal['Type'].lower()} {goal['MetricName']}" for goal in goals if goal]
    return list(dict.fromkeys(words))


def _ranges(job: Mapping[str, Any]) -> str:
    holders = [job["HyperParameterTuningJobConfig"].get("ParameterRanges", {})]
    holders += [each.get("HyperParameterRanges", {}) for each in job.get("TrainingJobDefinitions", ())]
    kinds = {
        kind: sum(len(holder.get(f"{kind.capitalize()}ParameterRanges", ())) for holder in holders)
        for kind in ("continuous", "integer", "categorical")
    }
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    return f"{sum(kinds.values())}: {listed}" if listed else ""


def _definitions(session: boto3.Session, job: Mapping[str, Any]) -> dict[str, str]:
    """Each definition's training jobs by status."""
    summaries = training_job_summaries(Line(session, Terms(patience=BRIEF)), job["HyperParameterTuningJobName"])
    found = Counter((item.get("TrainingJobDefinitionName", ""), item["TrainingJobStatus"]) for item in summaries)
    names = [each.get("DefinitionName", "") for each in job["TrainingJobDefinitions"]]
    return {name: _counted({status: n for (owner, status), n in found.items() if owner == name}) for name in names}


def _counted(statuses: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "none yet"


def _completion(details: Mapping[str, Any]) -> str | None:
    if "ConvergenceDetectedTime" in details:
        return f"converged at {iso(details['ConvergenceDetectedTime'])}"
    return None
