"""The list: chosen by the service, paged, newest first."""

from __future__ import annotations

import datetime as dt
import time

from faults import THROTTLED, Faults
from recorded_jobs import Ran, record_job

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.progress import Chosen, list_tuning_jobs


def test_the_service_chooses_by_status_name_and_time(settings: Settings) -> None:
    now = time.time()
    for number, status in enumerate(("Completed", "Failed", "Stopped"), 1):
        record_job(settings, f"job-{number}", [Ran()], status=status, began=now - 86_400 * number)  # type: ignore[arg-type]
    session = LocalSession(settings)

    def names(**fields: object) -> list[str]:
        return [job["name"] for job in list_tuning_jobs(session, most=10, chosen=Chosen(**fields))]  # type: ignore[arg-type]

    assert names() == ["job-1", "job-2", "job-3"]
    assert names(status="Failed") == ["job-2"]
    assert names(name_contains="-3") == ["job-3"]
    assert names(since=dt.datetime.fromtimestamp(now - 86_400 * 2.5, tz=dt.UTC)) == ["job-1", "job-2"]
    first = list_tuning_jobs(session, most=1)[0]
    assert (first["completed"], first["failed"]) == (1, 0)
    assert first["created"].endswith("+00:00")
    assert first["ended"] is not None


def test_a_page_holds_100(settings: Settings) -> None:
    for number in range(101):
        record_job(settings, f"job-{number:03d}", [])
    session = LocalSession(settings)
    faults = Faults(session)
    assert len(list_tuning_jobs(session, most=101)) == 101
    assert faults.calls["ListHyperParameterTuningJobs"] == 2
    list_tuning_jobs(session, most=20)
    assert faults.calls["ListHyperParameterTuningJobs"] == 3


def test_a_list_bears_with_a_service_that_is_asked_too_often(settings: Settings) -> None:
    record_job(settings, "toy", [])
    session = LocalSession(settings)
    faults = Faults(session)
    faults.fail("List*", THROTTLED, at=[1])
    assert [job["name"] for job in list_tuning_jobs(session, most=5)] == ["toy"]
    assert faults.calls["ListHyperParameterTuningJobs"] == 2
