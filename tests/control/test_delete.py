"""Deleting: the record goes, nothing else does, and never of a job that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from faults import FakeClock, Faults
from local_jobs import Run, wait_for
from recorded_jobs import Ran, record_job

from smtune.control import DeleteOptions, delete
from smtune.errors import JobError, ServiceError, UsageError, WaitTimeoutError
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.patience import Terms

SLOW = "import time\nprint('score=0.1', flush=True)\ntime.sleep(600)\n"
DELETE = "DeleteHyperParameterTuningJob"


def options(clock: FakeClock, **changes: Any) -> DeleteOptions:
    return DeleteOptions(**{"terms": Terms(clock=clock.now, sleep=clock.sleep), **changes})


def statuses(session: LocalSession, *told: str) -> None:
    """Each Describe answers the next of these statuses, the last one from then on."""
    left = list(told)

    def change(parsed: dict[str, Any], **_: object) -> None:
        if "Error" not in parsed:
            parsed["HyperParameterTuningJobStatus"] = left.pop(0) if len(left) > 1 else left[0]

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", change)


def test_the_record_goes_and_the_training_jobs_stay(settings: Settings) -> None:
    names = record_job(settings, "old", [Ran(), Ran()])
    session = LocalSession(settings)
    delete(session, "old")
    client = session.client("sagemaker")
    assert client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []
    assert client.describe_training_job(TrainingJobName=names[0])["TrainingJobStatus"] == "Completed"
    with pytest.raises(ServiceError, match="ResourceNotFound"):
        delete(session, "old")


def test_a_running_job_is_refused_with_the_way_out(settings: Settings) -> None:
    record_job(settings, "busy", [Ran()])
    session = LocalSession(settings)
    statuses(session, "InProgress")
    faults = Faults(session)
    with pytest.raises(UsageError, match=r"busy is InProgress: .*smtune stop busy --wait.*--stop"):
        delete(session, "busy")
    assert faults.calls[DELETE] == 0


def test_a_running_job_can_be_stopped_first(submit: Run, session: LocalSession) -> None:
    name = submit(SLOW)
    wait_for(session, name, "InProgress")
    delete(session, name, DeleteOptions(stop=True))
    with pytest.raises(ServiceError, match="ResourceNotFound"):
        delete(session, name)


def test_a_job_that_does_not_stop_in_time_is_kept(settings: Settings) -> None:
    record_job(settings, "slow", [Ran()])
    session, clock = LocalSession(settings), FakeClock()
    statuses(session, "Stopping")
    faults = Faults(session, clock)
    with pytest.raises(WaitTimeoutError, match="slow is still Stopping"):
        delete(session, "slow", options(clock, stop=True, timeout=60.0))
    assert faults.calls[DELETE] == 0
    assert sum(clock.slept) == pytest.approx(60.0)


@dataclass
class LaggingService:
    """A tuning job on a SageMaker that is slow to let go: each look answers the next status, then it is gone."""

    told: list[str]
    deletions: int = 0

    def client(self, _: str) -> LaggingService:
        return self

    def describe_hyper_parameter_tuning_job(self, **_: str) -> dict[str, str]:
        if self.told:
            return {"HyperParameterTuningJobStatus": self.told.pop(0)}
        raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "gone"}}, "Describe")

    def delete_hyper_parameter_tuning_job(self, **_: str) -> None:
        self.deletions += 1


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (["Deleting", "Deleting", "Deleting"], 0),  # somebody had asked for it already
        (["Completed", "Deleting", "Deleting"], 1),
        (["Completed", "Completed", "Completed"], 1),  # what it was is seen for a while longer
    ],
)
def test_it_is_deleted_when_it_is_gone_and_no_sooner(told: list[str], asked: int) -> None:
    service, clock = LaggingService(told), FakeClock()
    delete(cast("boto3.Session", service), "old", options(clock))
    assert service.told == []
    assert service.deletions == asked
    assert len(clock.slept) == 2


def test_a_deletion_that_fails_is_an_error(settings: Settings) -> None:
    record_job(settings, "stuck", [Ran()])
    session, clock = LocalSession(settings), FakeClock()
    statuses(session, "Deleting", "Deleting", "DeleteFailed")
    with pytest.raises(JobError, match="stuck could not be deleted"):
        delete(session, "stuck", options(clock))
