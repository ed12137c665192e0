"""One repeat as the service knows it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from smtune.errors import ServiceError, UsageError
from smtune.patience import Line
from smtune.results.record import final_metrics
from smtune.retrain.model import Repeat

Json = Mapping[str, Any]
_GONE = ("ValidationException", "ResourceNotFound", "ResourceNotFoundException")


def find_training_job(line: Line, name: str) -> Json | None:
    """DescribeTrainingJob's answer; None where there is no such job. Raises ServiceError for any other refusal."""
    try:
        answer: Json = line.call("sagemaker", "describe_training_job", TrainingJobName=name)
    except ServiceError as error:
        if error.code not in _GONE:
            raise
        return None
    return answer


def look_at(line: Line, repeat: Repeat, request: Json) -> Repeat:
    """`repeat` as it is now; as it was where there is no training job of its name.

    Raises UsageError for a training job of that name that somebody made otherwise.
    """
    found = find_training_job(line, repeat.training_job)
    if found is None:
        return repeat
    if found.get("HyperParameters", {}) != request.get("HyperParameters", {}):
        fix = "draw other seeds (verify-best --new, data curve --seed)"
        message = f"{repeat.training_job} is there with other hyperparameters: {fix}"
        raise UsageError(message)
    return told(repeat, found)


def told(repeat: Repeat, answer: Json) -> Repeat:
    """`repeat` with what DescribeTrainingJob says of it."""
    status = str(answer["TrainingJobStatus"])
    metrics = final_metrics(answer)
    value = metrics.get(repeat.metric)
    return dataclasses.replace(
        repeat,
        status=status,
        value=value if status == "Completed" and value is not None and math.isfinite(value) else None,
        reason=answer.get("FailureReason"),
        seconds=answer.get("TrainingTimeInSeconds"),
        billable_seconds=answer.get("BillableTimeInSeconds"),
        metrics=metrics,
    )
