"""Stopping: a job that is over stays as it is, whenever it ended."""

from __future__ import annotations

import pytest
from faults import THROTTLED, FakeClock, Faults, Refusal
from local_jobs import Run, wait_for
from recorded_jobs import Ran, record_job

from smtune.control import stop
from smtune.errors import ServiceError
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.patience import Terms

SLOW = "import time\nprint('score=0.1', flush=True)\ntime.sleep(600)\n"
STOP = "StopHyperParameterTuningJob"


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_a_job_that_is_over_is_left_as_it_is(status: str, settings: Settings) -> None:
    record_job(settings, "over", [Ran()], status=status)  # type: ignore[arg-type]
    session = LocalSession(settings)
    faults = Faults(session)
    assert stop(session, "over") == status
    assert faults.calls[STOP] == 0


def test_a_running_job_is_stopped_and_stopping_again_is_fine(submit: Run, session: LocalSession) -> None:
    name = submit(SLOW)
    faults = Faults(session)
    assert stop(session, name) == "Stopping"
    assert stop(session, name) in {"Stopping", "Stopped"}
    assert faults.calls[STOP] == 1
    assert wait_for(session, name)["HyperParameterTuningJobStatus"] == "Stopped"
    assert stop(session, name) == "Stopped"


def test_a_job_that_ends_while_it_is_being_stopped_is_over(settings: Settings) -> None:
    record_job(settings, "racing", [Ran()])
    session = LocalSession(settings)
    looks = iter(["InProgress", "Completed"])

    def change(parsed: dict[str, object], **_: object) -> None:
        parsed["HyperParameterTuningJobStatus"] = next(looks)

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", change)
    assert stop(session, "racing") == "Completed"


def test_a_refusal_of_a_running_job_is_an_error(settings: Settings) -> None:
    record_job(settings, "job", [Ran()])
    session = LocalSession(settings)
    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", _as_running)
    Faults(session).fail(STOP, Refusal("AccessDeniedException", "not you"))
    with pytest.raises(ServiceError, match="not you"):
        stop(session, "job")


def test_an_unknown_job_is_the_services_error(session: LocalSession) -> None:
    with pytest.raises(ServiceError, match="ResourceNotFound"):
        stop(session, "nobody")


def test_throttling_is_borne(settings: Settings) -> None:
    record_job(settings, "over", [Ran()])
    session, clock = LocalSession(settings), FakeClock()
    faults = Faults(session, clock)
    faults.fail("sagemaker.*", THROTTLED, at=[1, 2, 3])
    assert stop(session, "over", terms=Terms(clock=clock.now, sleep=clock.sleep)) == "Completed"
    assert len(clock.slept) == 3


def _as_running(parsed: dict[str, object], **_: object) -> None:
    parsed["HyperParameterTuningJobStatus"] = "InProgress"
