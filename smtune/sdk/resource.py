"""The SDK's resource of a tuning job, which always asks through the session that it was made with.

In the SDK that Studio has (3.12) the first session of a process answers for every resource; newer ones keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import boto3
from pydantic import PrivateAttr
from sagemaker.core.resources import HyperParameterTuningJob
from sagemaker.core.shapes import HyperParameterTrainingJobSummary
from sagemaker.core.utils.code_injection.codec import transform

from smtune.sdk.wait import wait_for

_ANSWER = "DescribeHyperParameterTuningJobResponse"
_PAGE = 100


class TuningJobResource(HyperParameterTuningJob):  # type: ignore[misc]  # the SDK has no types
    """`HyperParameterTuningJob`, bound to a session."""

    _boto: Any = PrivateAttr(default=None)

    @classmethod
    def of(cls, session: boto3.Session, name: str) -> Self:
        """The job called `name`, as it is now; raises botocore's errors, as the SDK does."""
        job = cls(hyper_parameter_tuning_job_name=name)
        job._boto = session
        return job.refresh()

    def refresh(self) -> Self:
        """Look again."""
        name = self.hyper_parameter_tuning_job_name
        answer = self._client().describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        transform(answer, _ANSWER, self)
        return self

    def stop(self) -> None:
        """Stop the job."""
        self._client().stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=self.hyper_parameter_tuning_job_name)

    def delete(self) -> None:
        """Delete the job, which has to be over."""
        self._client().delete_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=self.hyper_parameter_tuning_job_name
        )

    def wait(self, poll: float | None = None, timeout: float | None = None) -> None:
        """Wait until the job is over, as `SpecTuner.wait` does."""
        wait_for(self._boto, self.hyper_parameter_tuning_job_name, timeout=timeout, poll=poll)
        self.refresh()

    def get_all_training_jobs(self, **filters: Any) -> Iterator[Any]:
        """The job's training jobs as the SDK's summaries; `filters` are `status_equals`, `sort_by`, `sort_order`."""
        asked = {"".join(word.title() for word in key.split("_")): value for key, value in filters.items()}
        pages = (
            self._client()
            .get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
            .paginate(HyperParameterTuningJobName=self.hyper_parameter_tuning_job_name, MaxResults=_PAGE, **asked)
        )
        for page in pages:
            for summary in page["TrainingJobSummaries"]:
                yield HyperParameterTrainingJobSummary(**transform(summary, "HyperParameterTrainingJobSummary"))

    def _client(self) -> Any:
        return self._boto.client("sagemaker")
