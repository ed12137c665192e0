"""Waiting: for scripts that nobody watches; how each end is told, with which exit code."""

from __future__ import annotations

from typing import Any

import pytest
from faults import EXPIRED, FakeClock
from paced_job import PacedJob

from smtune.errors import JobError, StoppedError, UsageError, WaitTimeoutError
from smtune.patience import Terms
from smtune.progress import Progress, WaitOptions, await_end, wait


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def options(clock: FakeClock, **changes: Any) -> WaitOptions:
    return WaitOptions(**{"terms": Terms(clock=clock.now, sleep=clock.sleep), **changes})


def session(clock: FakeClock, **changes: Any) -> Any:
    return PacedJob(clock, **{"jobs": 4, "seconds": 100.0, **changes})


def test_a_completed_job_is_its_last_state(clock: FakeClock) -> None:
    heard: list[Progress] = []
    progress = wait(session(clock), "job", options(clock, heard=heard.append))
    assert (progress.status, progress.completed) == ("Completed", 4)
    assert heard[-1] == progress
    assert len(heard) > 5


@pytest.mark.parametrize(
    ("ends_as", "error", "code"), [("Failed", JobError, 1), ("Stopped", StoppedError, 3)], ids=["failed", "stopped"]
)
def test_any_other_end_is_an_error(clock: FakeClock, ends_as: str, error: type[Exception], code: int) -> None:
    with pytest.raises(error) as caught:
        wait(session(clock, ends_as=ends_as), "job", options(clock, require=("completed >= 99",)))
    assert caught.value.exit_code == code  # type: ignore[attr-defined]
    if ends_as == "Failed":
        assert "No training job succeeded after 5 attempts" in str(caught.value)
        assert "smtune why job" in str(caught.value)


def test_the_time_is_up_with_the_state_at_hand(clock: FakeClock) -> None:
    outcome = await_end(session(clock), "job", options(clock, timeout=150.0))
    assert isinstance(outcome.error, WaitTimeoutError)
    told = outcome.to_dict()
    assert (told["status"], told["timed_out"], told["exit_code"]) == ("InProgress", True, 4)
    assert told["counts"] == {"completed": 2, "failed": 0, "stopped": 0, "running": 2}


def test_what_is_required_is_checked_at_the_end(clock: FakeClock) -> None:
    required = ("objective >= 0.04", "failed == 0", "loss <= 0.05", "score > 0.1")
    outcome = await_end(session(clock), "job", options(clock, require=required, min_completed=4))
    assert outcome.error is None
    assert [check.value for check in outcome.checks] == [0.04, 0.0, 0.04, 0.2]


def test_what_does_not_hold_is_named_with_its_value(clock: FakeClock) -> None:
    job = session(clock, failing=frozenset({4}))
    required = ("objective >= 0.9", "failed == 0", "completed == 3")
    outcome = await_end(job, "job", options(clock, require=required, min_completed=4))
    assert isinstance(outcome.error, JobError)
    assert outcome.error.exit_code == 1
    message = str(outcome.error)
    assert "objective >= 0.9: it is 0.03; failed == 0: it is 1; 3 training jobs completed, 4 were required" in message
    assert [item["holds"] for item in outcome.to_dict()["requirements"]] == [False, False, True]


def test_metrics_are_asked_for_once_and_only_if_required(clock: FakeClock) -> None:
    job = session(clock)
    wait(job, "job", options(clock, require=("objective > 0",)))
    assert job.calls["DescribeTraining"] == 0
    wait(job, "job", options(clock, require=("loss > 0", "score > 0")))
    assert job.calls["DescribeTraining"] == 1


def test_a_bad_requirement_is_refused_before_any_call(clock: FakeClock) -> None:
    job = session(clock)
    with pytest.raises(UsageError, match="compare with =="):
        wait(job, "job", options(clock, require=("objective = 1",)))
    assert not job.calls


def test_a_metric_that_the_job_cannot_have_is_refused_at_once_and_not_after_hours(clock: FakeClock) -> None:
    with pytest.raises(UsageError, match=r"no metric 'los'; the job has loss, score"):
        wait(session(clock), "job", options(clock, require=("los <= 1",)))
    assert clock.slept == []


def test_credentials_that_expire_in_the_middle_are_renewed(clock: FakeClock) -> None:
    job = session(clock)
    job.expires_at = clock.now() + 60
    said: list[str] = []
    terms = Terms(clock=clock.now, sleep=clock.sleep, renew=job.renewed, tell=said.append)
    assert wait(job, "job", WaitOptions(terms=terms)).status == "Completed"
    assert EXPIRED.code in said[0]
    assert said[1:] == ["the service answers again"]


def test_the_objective_metric_needs_no_call_and_outlives_the_training_jobs_record(clock: FakeClock) -> None:
    job = session(clock)
    outcome = await_end(job, "job", options(clock, require=("score >= 0.04",)))
    assert outcome.error is None
    assert job.calls["DescribeTraining"] == 0
