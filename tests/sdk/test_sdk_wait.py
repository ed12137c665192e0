"""wait() shows the counters and ends: with the job, or when the time is up (B33)."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from sdk_support import REGION

from smtune.errors import JobError, UsageError, WaitTimeoutError
from smtune.patience import Terms

pytest_plugins = ["sdk_fixtures"]
pytestmark = pytest.mark.usefixtures("sdk")
_DESCRIBE = "before-call.sagemaker.DescribeHyperParameterTuningJob"


class Service:
    """A tuning job that goes from state to state, one a look; the last one stays."""

    session = boto3.Session("a", "b", region_name=REGION)  # one: each would read the service models again

    def __init__(self, *states: tuple[str, int, int]) -> None:
        self.states = list(states)
        self.now = 0.0
        handler: Any = self._answer  # the stubs forget that handlers may answer
        self.session.events.unregister(_DESCRIBE, unique_id="service")
        self.session.events.register(_DESCRIBE, handler, unique_id="service")

    @property
    def terms(self) -> Terms:
        return Terms(clock=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        status, completed, running = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        job: dict[str, Any] = {
            "HyperParameterTuningJobName": "toy",
            "HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/toy",
            "HyperParameterTuningJobStatus": status,
            "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 4}},
            "TrainingJobStatusCounters": {"Completed": completed, "InProgress": running},
            "CreationTime": dt.datetime.now(dt.UTC),
        }
        return SimpleNamespace(status_code=200), job | ({"FailureReason": "no capacity"} if status == "Failed" else {})


def wait(service: Service, **options: Any) -> Any:
    from smtune.sdk.wait import wait_for

    return wait_for(service.session, "toy", terms=service.terms, **options)


def test_every_change_of_the_counters_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    service = Service(("InProgress", 0, 2), ("InProgress", 0, 2), ("InProgress", 3, 1), ("Completed", 4, 0))

    wait(service)

    assert capsys.readouterr().err.splitlines() == [
        "InProgress: 0/4 done, 2 running",
        "InProgress: 3/4 done, 1 running",
        "Completed: 4/4 done, 0 running",
    ]


def test_a_wait_ends_when_its_time_is_up_and_the_job_goes_on() -> None:
    service = Service(("InProgress", 1, 2))

    with pytest.raises(WaitTimeoutError, match=r"toy is still InProgress after 90 s.*it goes on"):
        wait(service, timeout=90, poll=7)
    assert service.now == pytest.approx(90)


def test_a_stopped_job_is_over() -> None:
    assert wait(Service(("Stopping", 1, 1), ("Stopped", 1, 0))).status == "Stopped"


def test_a_failed_job_says_why() -> None:
    with pytest.raises(JobError, match="toy failed: no capacity"):
        wait(Service(("Failed", 0, 0)))


@pytest.mark.parametrize("option", ["timeout", "poll"])
def test_times_are_above_0(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} is 0"):
        wait(Service(("Completed", 4, 0)), **{option: 0})
