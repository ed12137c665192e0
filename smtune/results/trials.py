"""A tuning job's training jobs as data: one table of all, the best with its metrics, learning curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import boto3
import pandas as pd

from smtune.logs import log_lines
from smtune.metrics import Scraper, as_printed
from smtune.service import translated
from smtune.spec.ranges import Scalar, decode

PREFIX = "hp."
_PAGE = 100
_HIDDEN = ("_", "sagemaker_")
_DTYPES: dict[str, Literal["Int64", "Float64"]] = {
    "IntegerParameterRanges": "Int64",
    "ContinuousParameterRanges": "Float64",
}


@dataclass(frozen=True)
class Best:
    """The best training job."""

    name: str
    hyperparameters: Mapping[str, Scalar]
    """The tuned ones."""
    static_hyperparameters: Mapping[str, Scalar]
    objective: float
    metrics: Mapping[str, float]
    """Every metric's final value."""
    model_artifact: str
    """S3 URI of model.tar.gz."""


def training_jobs(session: boto3.Session, tuning_job: str) -> pd.DataFrame:
    """All training jobs, a row each, in the order they were created.

    Columns: name, status, objective, objective_status, created, started, ended (UTC), seconds, failure_reason, and
    `hp.NAME` for every tuned hyperparameter, typed as its range: Int64, Float64 or string.
    """
    with translated():
        client = session.client("sagemaker")
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_job)
        pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
            HyperParameterTuningJobName=tuning_job,
            SortBy="CreationTime",
            SortOrder="Ascending",
            MaxResults=_PAGE,
        )
        summaries = [summary for page in pages for summary in page["TrainingJobSummaries"]]
    rows = [_row(summary) for summary in summaries]
    return _typed(pd.DataFrame(rows, columns=_columns(job)), job)


def best_training_job(session: boto3.Session, tuning_job: str) -> Best | None:
    """The best training job with all its final metrics, or None while none has completed."""
    with translated():
        client = session.client("sagemaker")
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_job)
        best: Any = job.get("BestTrainingJob")
        if not best or "FinalHyperParameterTuningJobObjectiveMetric" not in best:
            return None
        details = client.describe_training_job(TrainingJobName=best["TrainingJobName"])
    tuned = best["TunedHyperParameters"]
    static = {name: text for name, text in details["HyperParameters"].items() if name not in tuned}
    return Best(
        name=best["TrainingJobName"],
        hyperparameters={name: decode(text) for name, text in sorted(tuned.items())},
        static_hyperparameters={n: decode(text) for n, text in sorted(static.items()) if not n.startswith(_HIDDEN)},
        objective=best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"],
        metrics={item["MetricName"]: item["Value"] for item in details.get("FinalMetricDataList", ())},
        model_artifact=details["ModelArtifacts"].get("S3ModelArtifacts", ""),
    )


def learning_curves(session: boto3.Session, training_job: str) -> pd.DataFrame:
    """Every value of every metric that a training job printed: columns metric, step (from 0), time (UTC), value.

    Read from the log with the request's own regexes, so nothing is averaged away.
    """
    with translated():
        details = session.client("sagemaker").describe_training_job(TrainingJobName=training_job)
    definitions = details["AlgorithmSpecification"].get("MetricDefinitions", [])
    scraper = Scraper([{"Name": item["Name"], "Regex": item["Regex"]} for item in definitions])
    seen = [item for time, line in log_lines(session, training_job) for item in scraper.read(as_printed(line), time)]
    return pd.DataFrame(
        {
            "metric": pd.Series([item.name for item in seen], dtype="str"),
            "step": pd.Series([item.step for item in seen], dtype="int64"),
            "time": pd.to_datetime([round(item.time * 1000) for item in seen], unit="ms", utc=True),
            "value": pd.Series([item.value for item in seen], dtype="float64"),
        }
    )


def _ranges(job: Any) -> dict[str, list[str]]:
    ranges = job["HyperParameterTuningJobConfig"].get("ParameterRanges", {})
    kinds = ("ContinuousParameterRanges", "IntegerParameterRanges", "CategoricalParameterRanges")
    return {kind: [item["Name"] for item in ranges.get(kind, ())] for kind in kinds}


def _columns(job: Any) -> list[str]:
    tuned = [f"{PREFIX}{name}" for names in _ranges(job).values() for name in names]
    fixed = ["name", "status", "objective", "objective_status", "created", "started", "ended", "seconds"]
    return [*fixed, "failure_reason", *tuned]


def _row(summary: Any) -> dict[str, Any]:
    started, ended = summary.get("TrainingStartTime"), summary.get("TrainingEndTime")
    return {
        "name": summary["TrainingJobName"],
        "status": summary["TrainingJobStatus"],
        "objective": summary.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
        "objective_status": summary.get("ObjectiveStatus"),
        "created": summary["CreationTime"],
        "started": started,
        "ended": ended,
        "seconds": (ended - started).total_seconds() if started and ended else None,
        "failure_reason": summary.get("FailureReason"),
        **{f"{PREFIX}{name}": text for name, text in summary["TunedHyperParameters"].items()},
    }


def _typed(frame: pd.DataFrame, job: Any) -> pd.DataFrame:
    for column in ("created", "started", "ended"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    for column in ("objective", "seconds"):
        frame[column] = frame[column].astype("Float64")
    for kind, names in _ranges(job).items():
        for name in names:
            column = f"{PREFIX}{name}"
            if kind in _DTYPES:
                frame[column] = pd.to_numeric(frame[column]).astype(_DTYPES[kind])
            else:
                frame[column] = frame[column].astype("string")
    return frame
