"""The training jobs of a tuning job as it lists them itself: 100 a call, on a line that bears with the service."""

from __future__ import annotations

from typing import Any

from smtune.patience import Line

_PAGE = 100


def training_job_summaries(line: Line, tuning_job: str) -> list[Any]:
    """Every HyperParameterTrainingJobSummary, in the order in which they were created; raises ServiceError."""
    request: dict[str, Any] = {
        "HyperParameterTuningJobName": tuning_job,
        "SortBy": "CreationTime",
        "SortOrder": "Ascending",
        "MaxResults": _PAGE,
    }
    found: list[Any] = []
    while True:
        answer = line.call("sagemaker", "list_training_jobs_for_hyper_parameter_tuning_job", **request)
        found += answer.get("TrainingJobSummaries", ())
        if not answer.get("NextToken"):
            return found
        request["NextToken"] = answer["NextToken"]
