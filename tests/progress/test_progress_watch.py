"""Watching: every change is told, looks are rare and better spent near the end, and the clock is the caller's."""

from __future__ import annotations

from typing import Any

import pytest
from faults import THROTTLED, FakeClock, Faults
from local_jobs import Run
from paced_job import PacedJob
from recorded_jobs import Ran, record_job

from smtune.errors import JobError, ServiceError, WaitTimeoutError
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.patience import Terms
from smtune.progress import Progress, Watching, describe, look, tags, watch
from smtune.session import connect


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def watching(clock: FakeClock, **changes: Any) -> Watching:
    terms = Terms(clock=clock.now, sleep=clock.sleep, chance=lambda: 1.0)
    return Watching(**{"terms": terms, "now": clock.now, **changes})


def watched(job: PacedJob, how: Watching) -> list[Progress]:
    session: Any = job
    return list(watch(session, "job", how))


def test_watching_ends_with_the_job(clock: FakeClock) -> None:
    seen = watched(PacedJob(clock, jobs=4, failing=frozenset({2})), watching(clock))

    assert {item.status for item in seen[:-1]} == {"InProgress"}
    last = seen[-1]
    assert (last.status, last.completed, last.failed, last.running) == ("Completed", 3, 1, 0)
    assert (last.best_job, last.best_value, last.metric) == ("job-004-abc", 0.04, "score")
    assert last.elapsed == 1200.0
    assert last.failure_reason is None


def test_a_job_of_hours_is_looked_at_every_30_seconds_and_more_often_near_its_end(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=20, parallel=2, seconds=600.0)
    watched(job, watching(clock))

    pauses = [after - before for before, after in zip(job.looked_at, job.looked_at[1:], strict=False)]
    assert pauses[0] == 5.0
    assert max(pauses) == 30.0
    assert sorted(pauses[:8]) == pauses[:8]
    assert job.looked_at[-1] - 6000.0 <= 6.0  # the end is seen within seconds
    assert len(job.looked_at) < 6000 / 30 + 40
    assert set(job.calls) == {"Describe"}


def test_an_end_that_is_late_is_not_waited_for_in_a_hurry(clock: FakeClock) -> None:
    # The last training job takes 10 times as long as the others.
    job = PacedJob(clock, jobs=3, parallel=1, seconds=600.0)
    job._end = lambda number: job.began + (600.0 * number if number < 3 else 7200.0)  # type: ignore[method-assign]
    watched(job, watching(clock))
    late = [at for at in job.looked_at if at > 2400.0]
    assert len(late) <= 4800 / 30 + 10


def test_an_interval_of_ones_own_is_kept(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=2, seconds=100.0)
    watched(job, watching(clock, interval=7.0))
    assert set(clock.slept) == {7.0}


def test_a_job_of_the_engine_is_looked_at_in_less_than_a_second(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=2, seconds=10.0, arn="arn:aws:sagemaker:us-east-1:000000000000:x/job")
    watched(job, watching(clock))
    assert clock.slept[0] == 0.5
    assert max(clock.slept) <= 2.0


def test_training_jobs_are_listed_only_when_their_counts_have_changed(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=6, parallel=2, failing=frozenset({3}))
    seen = watched(job, watching(clock, recent=True))

    counts = [(item.completed, item.failed, item.running) for item in seen]
    assert job.calls["List"] == len(set(counts)) == 4
    assert job.calls["Describe"] > 30
    middle = next(item for item in seen if item.failed)
    assert [(each.name, each.status) for each in middle.recent[:2]] == [
        ("job-006-abc", "InProgress"),
        ("job-005-abc", "InProgress"),
    ]
    assert [each.reason for each in middle.recent if each.status == "Failed"] == ["ValueError: no"]
    assert middle.recent[0].seconds(clock.now()) is not None


def test_the_time_is_up_while_the_job_goes_on(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=20)
    with pytest.raises(WaitTimeoutError, match=r"job is still InProgress after 100 s .* smtune watch job"):
        watched(job, watching(clock, timeout=100.0))
    assert clock.now() - job.began == pytest.approx(100.0)


def test_throttling_in_the_middle_is_borne(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=2)
    job.fail_next(*[THROTTLED] * 5)
    assert watched(job, watching(clock))[-1].is_over


def test_two_requests_a_second_are_enough(clock: FakeClock, settings: Settings) -> None:
    record_job(settings, "ended", [Ran()] * 3)
    session = LocalSession(settings)
    faults = Faults(session, clock)
    faults.throttle("sagemaker.*", rate=2)
    for _ in range(5):
        assert [item.status for item in watch(session, "ended", watching(clock, recent=True))] == ["Completed"]
    assert faults.calls["DescribeHyperParameterTuningJob"] >= 5


def test_time_left_is_the_pace_so_far(clock: FakeClock) -> None:
    job: Any = PacedJob(clock, jobs=10, parallel=1, seconds=50.0)
    assert look(job, "job", now=clock.now()).remaining is None
    clock.sleep(100.0)
    progress = look(job, "job", now=clock.now())
    assert (progress.done, progress.elapsed) == (2, 100.0)
    assert progress.remaining == pytest.approx(400.0)


def test_a_record_that_is_being_deleted_has_no_end_to_wait_for(clock: FakeClock) -> None:
    job = PacedJob(clock, jobs=1, ends_as="Deleting")
    with pytest.raises(JobError, match="job is Deleting"):
        watched(job, watching(clock))


def test_a_job_of_the_engine_can_be_watched_and_described(submit: Run) -> None:
    session = connect("local")
    name = submit(changes={"tags": {"team": "blue"}})
    seen: list[Progress] = list(watch(session, name))

    assert seen[-1].is_over
    assert seen[-1].completed == 3
    assert seen[-1].best_value is not None
    assert describe(session, name)["HyperParameterTuningJobName"] == name
    assert tags(session, name)["team"] == "blue"


def test_an_unknown_job_is_the_services_error() -> None:
    with pytest.raises(ServiceError, match=r"ResourceNotFound: .*nobody"):
        look(connect("local"), "nobody")
    with pytest.raises(ServiceError, match=r"ResourceNotFound: .*nobody"):
        next(watch(connect("local"), "nobody"))
