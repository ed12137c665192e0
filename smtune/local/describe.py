"""The engine's records -> the service's answers (times as datetimes, as botocore's parsers give them)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.local.ending import artifact_uri
from smtune.local.planning import OBJECTIVE_HYPERPARAMETER, all_hyperparameters, metric_definitions
from smtune.local.records import Definition, Entry, Tally, TrainingJob, TuningJob
from smtune.local.settings import ACCOUNT, DELETED, REGION
from smtune.statuses import RUNNING

Json = dict[str, Any]
_COPIED = (
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "CheckpointConfig",
    "RetryStrategy",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "Environment",
)


def tuning_job_arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/{name.partition(DELETED)[0].lower()}"


def training_job_arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name.lower()}"


@dataclass(frozen=True)
class Standing:
    """Where a tuning job stands."""

    tally: Tally
    best: TrainingJob | None
    overall: tuple[TuningJob, TrainingJob] | None
    """The best of it and of the parents that it shares data and algorithm with; None where it has no such."""
    in_vain: int
    """Training jobs since the last improvement."""


def describe_tuning_job(job: TuningJob, standing: Standing) -> Json:
    """DescribeHyperParameterTuningJob's answer."""
    best, overall = standing.best, standing.overall
    answer = {
        **summarize_tuning_job(job, standing.tally),
        **_definitions(job),
        **{name: job.request[name] for name in ("WarmStartConfig", "Autotune") if name in job.request},
        "BestTrainingJob": None if best is None else summarize_training_job(job, best, with_tuning_job=False),
        "OverallBestTrainingJob": None if overall is None else summarize_training_job(*overall),
        "FailureReason": job.failure_reason,
        "TuningJobCompletionDetails": _known(
            {
                "NumberOfTrainingJobsObjectiveNotImproving": standing.in_vain,
                "ConvergenceDetectedTime": _time(job.converged),
            }
        ),
        "ConsumedResources": {"RuntimeInSeconds": standing.tally.seconds},
    }
    del answer["Strategy"], answer["ResourceLimits"]
    return _known(answer)


def _definitions(job: TuningJob) -> Json:
    """What was asked for, with what the service adds to it."""
    if "TrainingJobDefinitions" in job.request:
        several = [{**_definition(each), "HyperParameterRanges": each.ranges} for each in job.definitions]
        return {"HyperParameterTuningJobConfig": job.config, "TrainingJobDefinitions": several}
    (one,) = job.definitions
    config = {**job.config, "ParameterRanges": one.ranges}
    return {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": _definition(one)}


def _definition(definition: Definition) -> Json:
    body = definition.body
    static = {**body.get("StaticHyperParameters", {}), OBJECTIVE_HYPERPARAMETER: definition.objective}
    algorithm = {**body["AlgorithmSpecification"], "MetricDefinitions": metric_definitions(body)[:40]}
    return {**body, "StaticHyperParameters": static, "AlgorithmSpecification": algorithm}


def summarize_tuning_job(job: TuningJob, tally: Tally) -> Json:
    """An item of ListHyperParameterTuningJobs."""
    return _known(
        {
            "HyperParameterTuningJobName": job.name,
            "HyperParameterTuningJobArn": tuning_job_arn(job.name),
            "HyperParameterTuningJobStatus": job.status,
            "Strategy": job.config["Strategy"],
            "CreationTime": _time(job.created),
            "HyperParameterTuningEndTime": _time(job.ended),
            "LastModifiedTime": _time(max(job.modified, tally.modified)),
            "TrainingJobStatusCounters": {
                "Completed": tally.statuses.get("Completed", 0),
                "InProgress": sum(tally.statuses.get(status, 0) for status in RUNNING),
                "RetryableError": 0,
                "NonRetryableError": tally.statuses.get("Failed", 0),
                "Stopped": tally.statuses.get("Stopped", 0),
            },
            "ObjectiveStatusCounters": {
                status: tally.objectives.get(status, 0) for status in ("Succeeded", "Pending", "Failed")
            },
            "ResourceLimits": job.config["ResourceLimits"],
        }
    )


def summarize_training_job(job: TuningJob, training: TrainingJob, *, with_tuning_job: bool = True) -> Json:
    """An item of ListTrainingJobsForHyperParameterTuningJob, and BestTrainingJob."""
    return _known(
        {
            "TrainingJobDefinitionName": training.definition,
            "TrainingJobName": training.name,
            "TrainingJobArn": training_job_arn(training.name),
            "TuningJobName": job.name if with_tuning_job else None,
            "CreationTime": _time(training.created),
            "TrainingStartTime": _time(training.started),
            "TrainingEndTime": _time(training.ended),
            "TrainingJobStatus": training.status,
            "TunedHyperParameters": dict(training.config),
            "FailureReason": training.failure_reason,
            "FinalHyperParameterTuningJobObjectiveMetric": _final_objective(job, training),
            "ObjectiveStatus": training.objective_status,
        }
    )


def list_training_job(training: TrainingJob) -> Json:
    """An item of ListTrainingJobs."""
    return _known(
        {
            "TrainingJobName": training.name,
            "TrainingJobArn": training_job_arn(training.name),
            "CreationTime": _time(training.created),
            "TrainingEndTime": _time(training.ended),
            "LastModifiedTime": _time(training.modified),
            "TrainingJobStatus": training.status,
            "SecondaryStatus": _secondary(training),
        }
    )


OUTLINED: Mapping[str, Callable[[TuningJob, Entry], Any]] = {
    "TrainingJobName": lambda _, entry: entry.name,
    "TrainingJobArn": lambda _, entry: training_job_arn(entry.name),
    "TuningJobArn": lambda job, _: None if job.alone else tuning_job_arn(job.name),
    "TrainingJobStatus": lambda _, entry: entry.status,
    "CreationTime": lambda _, entry: _time(entry.created),
    "LastModifiedTime": lambda _, entry: _time(entry.modified),
}
"""What of DescribeTrainingJob's answer is known without the whole record."""


def describe_training_job(job: TuningJob, training: TrainingJob) -> Json:
    """DescribeTrainingJob's answer."""
    definition = job.definition_of(training).body
    algorithm = {**definition["AlgorithmSpecification"], "MetricDefinitions": metric_definitions(definition)}
    return _known(
        {
            "TrainingJobName": training.name,
            "TrainingJobArn": training_job_arn(training.name),
            "TuningJobArn": None if job.alone else tuning_job_arn(job.name),
            "ModelArtifacts": {"S3ModelArtifacts": artifact_uri(dict(definition), training.name)},
            "TrainingJobStatus": training.status,
            "SecondaryStatus": _secondary(training),
            "FailureReason": training.failure_reason,
            "HyperParameters": all_hyperparameters(job, training),
            "AlgorithmSpecification": {**algorithm, "EnableSageMakerMetricsTimeSeries": False},
            **{name: definition[name] for name in _COPIED if name in definition},
            "StoppingCondition": definition.get("StoppingCondition", {}),
            "CreationTime": _time(training.created),
            "TrainingStartTime": _time(training.started),
            "TrainingEndTime": _time(training.ended),
            "LastModifiedTime": _time(training.modified),
            "SecondaryStatusTransitions": _transitions(training),
            "FinalMetricDataList": _final_metrics(training),
            "TrainingTimeInSeconds": training.seconds,
            "BillableTimeInSeconds": training.seconds,
        }
    )


def _final_objective(job: TuningJob, training: TrainingJob) -> Json | None:
    if training.objective is None:
        return None
    definition = job.definition_of(training)
    direction = "Maximize" if definition.maximize else "Minimize"
    return {"Type": direction, "MetricName": definition.objective, "Value": training.objective}


def _secondary(training: TrainingJob) -> str:
    if training.status == "Stopping":
        return "Stopping"
    return training.transitions[-1].status if training.transitions else "Starting"


def _transitions(training: TrainingJob) -> list[Json]:
    ends: list[float | None] = [item.start for item in training.transitions[1:]]
    ends.append(training.ended)
    return [
        _known(
            {
                "Status": item.status,
                "StartTime": _time(item.start),
                "EndTime": _time(end),
                "StatusMessage": item.message,
            }
        )
        for item, end in zip(training.transitions, ends, strict=False)
    ]


def _final_metrics(training: TrainingJob) -> list[Json]:
    return [
        {"MetricName": name, "Value": value, "Timestamp": _time(time)}
        for name, (value, time) in sorted(training.final_metrics.items())
        if math.isfinite(value)
    ][:40]


def _time(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(round(seconds, 3), tz=dt.UTC)


def _known(fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
