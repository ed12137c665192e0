"""Every curve of a tuning job: from CloudWatch with few calls, from the logs where those have more, on one clock."""

from __future__ import annotations

import sqlite3
import time as clock
from contextlib import closing

import pandas as pd
import pytest
from fake_tuning import FakeTuning

from smtune.errors import ServiceError, UsageError
from smtune.results import Calls, curves
from smtune.results.cache import results_folder

DAY = 86_400.0
LOSS, TRAIN = "validation:loss", "train:loss"


@pytest.fixture
def service() -> FakeTuning:
    """A tuning job of two days ago: CloudWatch has each minute, and what is over is settled."""
    return FakeTuning(created=float(int(clock.time() - 2 * DAY) // 3600 * 3600))


def drawn(service: FakeTuning, **options: object) -> pd.DataFrame:
    service.calls.clear()
    session = service.session()
    return curves(session, service.name, calls=Calls(session, sleep=lambda _: None), **options)  # type: ignore[arg-type]


def start_of(service: FakeTuning, name: str) -> float:
    return float(service.jobs[name]["TrainingStartTime"].timestamp())


def plot(service: FakeTuning, name: str, *, every: float = 60.0, count: int = 5) -> None:
    """Points of both metrics in CloudWatch; training begins to print a minute before validation."""
    begin = start_of(service, name) // 60 * 60
    for late, metric in enumerate((TRAIN, LOSS)):
        service.points[name, metric] = [(begin + 60 * late + every * step, 1 / (1 + step)) for step in range(count)]


def print_log(service: FakeTuning, name: str, count: int) -> None:
    begin = start_of(service, name)
    lines = [(begin + step, f"validation:loss={1 / (1 + step)} train:loss={step}") for step in range(count)]
    service.lines[f"{name}/algo-1-1"] = [(begin, "hello"), *lines]


def test_2000_series_cost_4_calls_and_the_next_time_none(service: FakeTuning) -> None:
    service.metrics = (LOSS, TRAIN, "a", "b")
    for number in range(1, 501):
        name = service.add(number)
        service.points[name, LOSS] = [(start_of(service, name), 0.5)]
    frame = drawn(service, source="cloudwatch")
    assert service.calls == {"DescribeHyperParameterTuningJob": 1, "Search": 5, "GetMetricData": 4}
    assert len(frame) == 500
    again = drawn(service, source="cloudwatch")
    assert service.calls == {"DescribeHyperParameterTuningJob": 1}
    pd.testing.assert_frame_equal(again, frame)


def test_all_metrics_of_a_job_are_on_one_clock(service: FakeTuning) -> None:
    name = service.add(1)
    plot(service, name)
    frame = drawn(service, source="cloudwatch")
    first = frame[frame["step"] == 0].set_index("metric")["seconds"]
    assert first[LOSS] - first[TRAIN] == 60.0
    assert first[TRAIN] == -5.0, "the minute began before the job did"
    assert frame["time"].dt.tz is not None
    assert (
        (frame["time"] - pd.Timestamp(start_of(service, name), unit="s", tz="UTC")).dt.total_seconds()
    ).tolist() == (frame["seconds"].tolist())


@pytest.mark.parametrize(("days", "period"), [(1, 60), (20, 300), (100, 3600)])
def test_the_period_is_what_cloudwatch_still_has(days: float, period: int) -> None:
    service = FakeTuning(created=clock.time() - days * DAY)
    service.add(1)
    drawn(service, source="cloudwatch")
    (request,) = service.data_requests
    assert {query["MetricStat"]["Period"] for query in request["MetricDataQueries"]} == {period}
    assert request["StartTime"] % period == 0


def test_jobs_of_different_ages_are_not_asked_for_together() -> None:
    service = FakeTuning(created=clock.time() - 15.5 * DAY)
    service.add(1)
    service.add(1441)
    drawn(service, source="cloudwatch")
    periods = [{query["MetricStat"]["Period"] for query in r["MetricDataQueries"]} for r in service.data_requests]
    assert sorted(periods, key=str) == [{300}, {60}]


def test_no_call_asks_for_more_points_than_an_answer_holds() -> None:
    service = FakeTuning(created=clock.time() - 14 * DAY)
    for number in range(1, 31):
        service.add(number)
        name = list(service.jobs)[-1]
        service.jobs[name]["TrainingEndTime"] = service.jobs[name]["TrainingStartTime"] + pd.Timedelta(days=10)
    drawn(service, source="cloudwatch")
    assert len(service.data_requests) > 1
    assert max(len(request["MetricDataQueries"]) for request in service.data_requests) * 14_400 <= 100_800


def test_an_answer_in_pages_is_put_together(service: FakeTuning) -> None:
    for number in (1, 2, 3):
        plot(service, service.add(number), count=7)
    whole = drawn(service, source="cloudwatch")
    other = FakeTuning(name="tuna", created=service.created, points={}, page_of_points=4)
    for number in (1, 2, 3):
        plot(other, other.add(number), count=7)
    paged = drawn(other, source="cloudwatch")
    assert other.calls["GetMetricData"] == 11
    assert paged["value"].tolist() == whole["value"].tolist()
    assert len(whole) == 3 * 2 * 7


def test_logs_of_many_jobs_are_read_together_and_have_every_value(service: FakeTuning) -> None:
    for number in range(1, 41):
        print_log(service, service.add(number), 50)
    service.lines["tune-other-001-00000001/algo-1-1"] = [(service.created + 100, "validation:loss=77 train:loss=1")]
    service.page_of_lines = 1000
    frame = drawn(service, source="logs")
    assert len(frame) == 40 * 2 * 50
    assert service.calls["FilterLogEvents"] == 3
    assert 77 not in set(frame["value"])
    assert frame["step"].max() == 49
    assert set(frame["source"]) == {"logs"}


def test_auto_reads_the_logs_of_jobs_that_print_more_than_once_a_minute(service: FakeTuning) -> None:
    slow, fast = service.add(1), service.add(2)
    service.static = {}
    for job in service.jobs.values():
        job["HyperParameters"].pop("epochs")
    plot(service, slow, every=120.0, count=5)
    print_log(service, slow, 500)
    plot(service, fast, every=60.0, count=5)
    print_log(service, fast, 50)
    frame = drawn(service)
    found = frame.groupby("training_job").size()
    assert found[slow] == 2 * 5, "a point every two minutes is all that there is"
    assert found[fast] == 2 * 50
    assert set(frame[frame["training_job"] == fast]["source"]) == {"logs"}


def test_auto_reads_the_logs_of_jobs_with_fewer_points_than_epochs(service: FakeTuning) -> None:
    name = service.add(1)
    plot(service, name, every=120.0, count=5)
    print_log(service, name, 60)
    assert len(drawn(service)) == 2 * 60


def test_auto_keeps_what_cloudwatch_has_where_the_log_is_gone_or_refused(service: FakeTuning) -> None:
    plot(service, service.add(1))
    service.refused["FilterLogEvents"] = "AccessDeniedException"
    service.refused["DescribeLogStreams"] = "AccessDeniedException"
    assert set(drawn(service)["source"]) == {"cloudwatch"}


def test_auto_takes_the_logs_where_there_is_no_cloudwatch(service: FakeTuning) -> None:
    print_log(service, service.add(1), 5)
    service.refused["GetMetricData"] = "AccessDenied"
    assert len(drawn(service)) == 2 * 5
    with pytest.raises(ServiceError, match="AccessDenied"):
        drawn(service, source="cloudwatch")


def test_a_running_job_is_read_again(service: FakeTuning) -> None:
    service.status = "InProgress"
    done, running = service.add(1), service.add(2, "InProgress")
    plot(service, done)
    plot(service, running, count=3)
    assert len(drawn(service, source="cloudwatch", jobs=[running])) == 6
    plot(service, running, count=5)
    frame = drawn(service, source="cloudwatch")
    assert frame["training_job"].value_counts().to_dict() == {done: 10, running: 10}
    service.data_requests.clear()
    drawn(service, source="cloudwatch")
    assert [len(request["MetricDataQueries"]) for request in service.data_requests] == [2], "the running one's"


def test_a_job_that_has_just_ended_is_not_settled(service: FakeTuning) -> None:
    service = FakeTuning(created=clock.time() - 700)
    name = service.add(1)
    drawn(service, source="cloudwatch")
    plot(service, name)
    assert len(drawn(service, source="cloudwatch")) == 10


def test_metrics_and_jobs_can_be_chosen_and_unknown_ones_are_told(service: FakeTuning) -> None:
    one, two = service.add(1), service.add(2)
    plot(service, one)
    plot(service, two)
    frame = drawn(service, source="cloudwatch", metrics=[TRAIN], jobs=[two])
    assert set(zip(frame["training_job"], frame["metric"], strict=True)) == {(two, TRAIN)}
    with pytest.raises(UsageError, match="there is no metric nix: there are train:loss, validation:loss"):
        drawn(service, metrics=["nix"])
    with pytest.raises(UsageError, match="has no training job nix"):
        drawn(service, jobs=["nix"])
    with pytest.raises(UsageError, match="no source"):
        drawn(service, source="disk")


def test_no_points_at_all_is_an_empty_table_of_the_same_columns(service: FakeTuning) -> None:
    service.add(1)
    frame = drawn(service)
    assert list(frame.columns) == ["training_job", "metric", "step", "time", "seconds", "value", "source"]
    assert frame.empty


def test_a_metric_that_is_defined_twice_is_drawn_once(service: FakeTuning) -> None:
    service.metrics = (LOSS, LOSS)
    name = service.add(1)
    service.points[name, LOSS] = [(start_of(service, name), 0.5)]
    assert len(drawn(service, source="cloudwatch")) == 1


def test_a_clock_that_is_behind_the_services_asks_for_no_time_that_runs_backwards(service: FakeTuning) -> None:
    service.status, service.created = "InProgress", clock.time() + DAY
    service.add(1, "InProgress")
    assert drawn(service, source="cloudwatch").empty
    (asked,) = service.data_requests
    assert asked["StartTime"] < asked["EndTime"]


def test_half_a_point_on_disk_is_no_curve(service: FakeTuning) -> None:
    name = service.add(1)
    plot(service, name)
    whole = drawn(service, source="cloudwatch")
    (file,) = results_folder().rglob("*.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE curves SET times = substr(times, 1, 13)")
    pd.testing.assert_frame_equal(drawn(service, source="cloudwatch"), whole)
