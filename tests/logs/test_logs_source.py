"""Whose logs a name means."""

from __future__ import annotations

import pytest
from recorded_jobs import Ran, record_job

from smtune.errors import JobError, ServiceError
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.logs import find_source
from smtune.patience import Line


@pytest.fixture
def names(settings: Settings) -> list[str]:
    return record_job(
        settings, "toy", [Ran(), Ran((0.9,)), Ran((), "Failed", {"dose": "1"}), Ran((), "Failed", {"dose": "1"}), Ran()]
    )


def test_a_training_job_is_itself(names: list[str], session: LocalSession) -> None:
    source = find_source(Line(session), names[0])
    assert (source.tuning_job, source.training_jobs, source.hosts) == (None, (names[0],), 1)
    assert source.is_over


def test_of_a_tuning_job_that_is_over_it_is_the_best(names: list[str], session: LocalSession) -> None:
    source = find_source(Line(session), "toy")
    assert (source.tuning_job, source.training_jobs) == ("toy", (names[1],))
    assert source.is_over


def test_or_the_last_that_failed_or_all(names: list[str], session: LocalSession) -> None:
    line = Line(session)
    assert find_source(line, "toy", "failed").training_jobs == (names[3],)
    assert find_source(line, "toy", "best").training_jobs == (names[1],)
    assert find_source(line, "toy", "all").training_jobs == tuple(names)


def test_where_none_completed_it_is_the_last_that_failed(settings: Settings, session: LocalSession) -> None:
    names = record_job(settings, "bad", [Ran((), "Failed", {"dose": "1"})] * 2, status="Failed")
    assert find_source(Line(session), "bad").training_jobs == (names[1],)
    with pytest.raises(JobError, match="bad: no training job has completed yet"):
        find_source(Line(session), "bad", "best")


def test_no_training_job_at_all_is_said(settings: Settings, session: LocalSession) -> None:
    record_job(settings, "none", [])
    with pytest.raises(JobError, match="none: no training job has failed"):
        find_source(Line(session), "none", "failed")


def test_an_unknown_name_is_the_services_error(session: LocalSession) -> None:
    for name in ("nobody", "nobody-001-0a1b2c3d"):
        with pytest.raises(ServiceError, match=name):
            find_source(Line(session), name)
