"""The SDK's analytics of a tuning job, with the columns that it leaves out and values of the right type."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
import pandas as pd
from sagemaker.core.analytics import HyperparameterTuningJobAnalytics

from smtune.results import PREFIX, training_jobs

_NAMES = {
    "name": "TrainingJobName",
    "status": "TrainingJobStatus",
    "objective": "FinalObjectiveValue",
    "objective_status": "ObjectiveStatus",
    "definition": "TrainingJobDefinitionName",
    "created": "CreationTime",
    "started": "TrainingStartTime",
    "ended": "TrainingEndTime",
    "seconds": "TrainingElapsedTimeSeconds",
    "failure_reason": "FailureReason",
    "secondary_status": "SecondaryStatus",
    "billable_seconds": "BillableTimeInSeconds",
    "instance_type": "InstanceType",
    "instances": "InstanceCount",
    "volume_gb": "VolumeSizeInGB",
    "spot": "EnableManagedSpotTraining",
    "artifact": "S3ModelArtifacts",
}


class TuningAnalytics(HyperparameterTuningJobAnalytics):  # type: ignore[misc]  # the SDK has no types
    """`HyperparameterTuningJobAnalytics`, with FailureReason, ObjectiveStatus and typed hyperparameters."""

    def __init__(self, session: boto3.Session, tuning_job: str) -> None:
        super().__init__(tuning_job, SimpleNamespace(sagemaker_client=session.client("sagemaker")))
        self._boto = session

    def _fetch_dataframe(self) -> pd.DataFrame:
        return with_sdk_names(training_jobs(self._boto, self.name))


def with_sdk_names(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` under the SDK's column names; a hyperparameter named like a column keeps its `hp.` prefix."""
    taken = {_NAMES.get(column, column) for column in frame.columns}
    bare = {column: column.removeprefix(PREFIX) for column in frame.columns if column.startswith(PREFIX)}
    free = {column: name for column, name in bare.items() if name not in taken}
    return frame.rename(columns={**_NAMES, **free})
