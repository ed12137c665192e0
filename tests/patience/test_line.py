"""Calls that outlast what passes: throttling, lost connections, faults of the service, expired credentials."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from faults import INTERNAL, THROTTLED, FakeClock, Refusal
from paced_job import NO_CONNECTION, PacedJob

from smtune.errors import ConfigurationError, ServiceError, WaitTimeoutError
from smtune.patience import Line, Terms

DESCRIBE = ("sagemaker", "describe_hyper_parameter_tuning_job")
NOT_FOUND = Refusal("ResourceNotFound", "Amazon SageMaker can't find a tuning job called job")
JOB = {"HyperParameterTuningJobName": "job"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def job(clock: FakeClock) -> PacedJob:
    return PacedJob(clock)


def line(job: Any, clock: FakeClock, said: list[str] | None = None, **terms: Any) -> Line:
    told = [] if said is None else said
    chosen = Terms(clock=clock.now, sleep=clock.sleep, chance=lambda: 1.0, tell=told.append, **terms)
    return Line(job, chosen, deadline=None)


@pytest.mark.parametrize("refusal", [THROTTLED, INTERNAL, NO_CONNECTION], ids=lambda item: item.code)
def test_a_trouble_that_passes_is_told_once_and_borne(refusal: Refusal, job: PacedJob, clock: FakeClock) -> None:
    said: list[str] = []
    job.fail_next(refusal, refusal, refusal)
    answer = line(job, clock, said).call(*DESCRIBE, **JOB)

    assert answer["HyperParameterTuningJobStatus"] == "InProgress"
    assert job.calls["Describe"] == 4
    assert len(said) == 2
    assert said[1] == "the service answers again"


def test_pauses_double_up_to_a_minute_and_are_spread_by_chance(job: PacedJob, clock: FakeClock) -> None:
    job.fail_next(*[THROTTLED] * 8)
    line(job, clock).call(*DESCRIBE, **JOB)
    assert clock.slept == [2, 4, 8, 16, 32, 60, 60, 60]

    other = FakeClock()
    hurried = PacedJob(other)
    hurried.fail_next(*[THROTTLED] * 3)
    Line(hurried, Terms(clock=other.now, sleep=other.sleep, chance=lambda: 0.0)).call(*DESCRIBE, **JOB)  # type: ignore[arg-type]
    assert other.slept == [1, 2, 4]


def test_a_trouble_that_stays_ends_with_its_own_error(job: PacedJob, clock: FakeClock) -> None:
    job.fail_next(*[THROTTLED] * 1000)
    with pytest.raises(ServiceError, match=r"ThrottlingException: .* \(for 10 min; a job that runs goes on") as caught:
        line(job, clock, patience=600.0).call(*DESCRIBE, **JOB)
    assert caught.value.code == "ThrottlingException"
    assert 600 <= sum(clock.slept) < 660


def test_expired_credentials_are_renewed_with_a_new_session(job: PacedJob, clock: FakeClock) -> None:
    said: list[str] = []
    job.expires_at = clock.now() + 10
    renewals: list[float] = []

    def renew() -> boto3.Session:
        renewals.append(clock.now())
        expired = job.renewed()
        expired.expires_at = 0.0 if len(renewals) < 3 else float("inf")
        return expired  # type: ignore[return-value]

    talk = line(job, clock, said, renew=renew)
    talk.call(*DESCRIBE, **JOB)
    clock.sleep(10)
    talk.call(*DESCRIBE, **JOB)

    assert len(renewals) == 3
    assert [sentence for sentence in said if "aws sso login" in sentence] == said[:1]
    assert len(said) == 2


def test_nobody_renews_the_credentials_for_an_hour(job: PacedJob, clock: FakeClock) -> None:
    job.expires_at = clock.now() + 10
    talk = line(job, clock, renew=lambda: job)
    talk.call(*DESCRIBE, **JOB)
    clock.sleep(10)
    with pytest.raises(ServiceError, match=r"ExpiredTokenException: .*for 60 min"):
        talk.call(*DESCRIBE, **JOB)


def test_a_session_that_cannot_be_made_yet_is_tried_again(job: PacedJob, clock: FakeClock) -> None:
    job.expires_at = clock.now() + 10
    made: list[Any] = [ConfigurationError("no credentials"), job.renewed()]

    def renew() -> boto3.Session:
        item = made.pop(0)
        if isinstance(item, Exception):
            raise item
        return item  # type: ignore[no-any-return]

    talk = line(job, clock, renew=renew)
    talk.call(*DESCRIBE, **JOB)
    clock.sleep(10)
    assert talk.call(*DESCRIBE, **JOB)["HyperParameterTuningJobName"] == "job"
    assert made == []


def test_without_a_way_to_renew_expired_credentials_are_an_error_at_once(job: PacedJob, clock: FakeClock) -> None:
    job.expires_at = clock.now() + 10
    talk = line(job, clock)
    talk.call(*DESCRIBE, **JOB)
    clock.sleep(10)
    with pytest.raises(ServiceError, match="ExpiredTokenException"):
        talk.call(*DESCRIBE, **JOB)
    assert clock.slept == [10]


def test_a_job_that_was_just_created_is_looked_for_again(job: PacedJob, clock: FakeClock) -> None:
    job.fail_next(NOT_FOUND, NOT_FOUND)
    assert line(job, clock, grace=15.0).call(*DESCRIBE, **JOB)["HyperParameterTuningJobName"] == "job"

    job.fail_next(*[NOT_FOUND] * 20)
    clock.slept.clear()
    with pytest.raises(ServiceError, match=r"^ResourceNotFound: [^(]*$"):
        line(job, clock, grace=15.0).call(*DESCRIBE, **JOB)
    assert 15 <= sum(clock.slept) < 40


def test_without_a_grace_what_is_not_found_is_an_error_at_once(job: PacedJob, clock: FakeClock) -> None:
    job.fail_next(NOT_FOUND)
    with pytest.raises(ServiceError, match="ResourceNotFound"):
        line(job, clock).call(*DESCRIBE, **JOB)
    assert clock.slept == []


def test_a_deadline_ends_a_trouble(job: PacedJob, clock: FakeClock) -> None:
    job.fail_next(*[THROTTLED] * 1000)
    talk = line(job, clock)
    talk.deadline = clock.now() + 20
    with pytest.raises(WaitTimeoutError, match="no answer: ThrottlingException"):
        talk.call(*DESCRIBE, **JOB)
    assert sum(clock.slept) == pytest.approx(20)


def test_a_client_is_made_once_for_each_service(
    job: PacedJob, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def client(service: str) -> PacedJob:
        made.append(service)
        return job

    monkeypatch.setattr(job, "client", client)
    talk = line(job, clock)
    for _ in range(3):
        talk.call(*DESCRIBE, **JOB)
    assert made == ["sagemaker"]
