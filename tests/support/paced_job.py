"""A tuning job on AWS that goes on by a clock: a session whose answers depend on the time, and no network.

clock = FakeClock()
session = PacedJob(clock, jobs=20, parallel=2, seconds=600)   # 10 minutes each
session.fail_next(THROTTLED)                                  # the next call is refused
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from faults import FakeClock, Refusal

from smtune.patience import Terms

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/job"
NO_CONNECTION = Refusal("EndpointConnectionError")


@dataclass
class PacedJob:
    """Training jobs of equal length, `parallel` at a time, the n-th with objective n/100; `failing` fail."""

    clock: FakeClock
    jobs: int = 20
    parallel: int = 2
    seconds: float = 600.0
    failing: frozenset[int] = frozenset()
    ends_as: str = "Completed"
    arn: str = ARN
    calls: Counter[str] = field(default_factory=Counter)
    looked_at: list[float] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    expires_at: float = float("inf")
    """From this time on the session's credentials are refused."""

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def fail_next(self, *refusals: Refusal) -> None:
        self.refusals += refusals

    def renewed(self) -> PacedJob:
        """The same job, seen with other credentials."""
        other = PacedJob(self.clock, self.jobs, self.parallel, self.seconds, self.failing, self.ends_as, self.arn)
        other.began, other.calls, other.looked_at = self.began, self.calls, self.looked_at
        return other

    # boto3.Session and its client in one

    def client(self, _: str) -> PacedJob:
        return self

    def describe_hyper_parameter_tuning_job(self, *, HyperParameterTuningJobName: str) -> dict[str, Any]:  # noqa: N803
        self._begin("Describe")
        self.looked_at.append(self.clock.now() - self.began)
        ended = [number for number in range(1, self.jobs + 1) if self._end(number) <= self.clock.now()]
        is_over = len(ended) == self.jobs
        good = [number for number in ended if number not in self.failing]
        answer: dict[str, Any] = {
            "HyperParameterTuningJobName": HyperParameterTuningJobName,
            "HyperParameterTuningJobArn": self.arn,
            "HyperParameterTuningJobStatus": self.ends_as if is_over else "InProgress",
            "CreationTime": _time(self.began),
            "TrainingJobStatusCounters": {
                "Completed": len(good),
                "InProgress": min(self.parallel, self.jobs - len(ended)),
                "NonRetryableError": len(ended) - len(good),
                "Stopped": 0,
            },
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": self.jobs, "MaxParallelTrainingJobs": self.parallel},
                "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            },
            "TrainingJobDefinition": {
                "AlgorithmSpecification": {"MetricDefinitions": [{"Name": "score", "Regex": "x"}, {"Name": "loss"}]}
            },
        }
        if is_over:
            answer["HyperParameterTuningEndTime"] = _time(self._end(self.jobs))
            if self.ends_as == "Failed":
                answer["FailureReason"] = "No training job succeeded after 5 attempts."
        if good:
            metric = {"MetricName": "score", "Type": "Maximize", "Value": max(good) / 100}
            name = f"job-{max(good):03d}-abc"
            answer["BestTrainingJob"] = {
                "TrainingJobName": name,
                "FinalHyperParameterTuningJobObjectiveMetric": metric,
            }
        return answer

    def list_training_jobs_for_hyper_parameter_tuning_job(self, **_: Any) -> dict[str, Any]:
        self._begin("List")
        started = [number for number in range(1, self.jobs + 1) if self._start(number) <= self.clock.now()]
        return {"TrainingJobSummaries": [self._summary(number) for number in reversed(started)]}

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        self._begin("DescribeTraining")
        return {"FinalMetricDataList": [{"MetricName": "score", "Value": 0.2}, {"MetricName": "loss", "Value": 0.04}]}

    def _summary(self, number: int) -> dict[str, Any]:
        start, end = self._start(number), self._end(number)
        over = end <= self.clock.now()
        status = ("Failed" if number in self.failing else "Completed") if over else "InProgress"
        summary = {
            "TrainingJobName": f"job-{number:03d}-abc",
            "TrainingJobStatus": status,
            "CreationTime": _time(start),
            "TrainingStartTime": _time(start),
        }
        if over:
            summary["TrainingEndTime"] = _time(end)
        if status == "Failed":
            summary["FailureReason"] = (
                'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: no"'
            )
        return summary

    def _start(self, number: int) -> float:
        return self.began + (number - 1) // self.parallel * self.seconds

    def _end(self, number: int) -> float:
        return self._start(number) + self.seconds

    def _begin(self, name: str) -> None:
        self.calls[name] += 1
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is None and self.clock.now() >= self.expires_at:
            refusal = Refusal("ExpiredTokenException", "The security token included in the request is expired")
        if refusal is NO_CONNECTION:
            raise EndpointConnectionError(endpoint_url="https://sagemaker.example")
        if refusal is not None:
            error: Any = {"Error": {"Code": refusal.code, "Message": refusal.message}}
            error["ResponseMetadata"] = {"HTTPStatusCode": refusal.status}
            raise ClientError(error, name)


def on_aws(monkeypatch: pytest.MonkeyPatch, **job: Any) -> PacedJob:
    """The job `job` for the commands: AWS knows it, waiting moves the clock, and new credentials can be had."""
    clock = FakeClock()
    paced = PacedJob(clock, **job)

    def terms(**fields: Any) -> Terms:
        return Terms(**{"clock": clock.now, "sleep": clock.sleep, **fields})

    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: paced)
    monkeypatch.setattr("smtune.cli.sessions.renewed", lambda _: paced.renewed())
    monkeypatch.setattr("smtune.cli.sessions.Terms", terms)
    return paced


def _time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
