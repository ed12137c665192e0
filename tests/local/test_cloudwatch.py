"""Curves from CloudWatch: one point a period, its limits, and SageMaker's own metric store beside it."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from recorded_jobs import Ran, record_job

from smtune.local.series import Window
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.metrics import Observation

MINUTE = float(int(time.time()) // 60 * 60 - 1_800)
NAMESPACE = "/aws/sagemaker/TrainingJobs"
NOWHERE = "arn:aws:sagemaker:us-east-1:000000000000:training-job/nowhere"


def when(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


@pytest.fixture
def metrics(session: LocalSession) -> Any:
    return session.client("cloudwatch")


@pytest.fixture
def job(settings: Settings) -> str:
    """Six values, 20 s apart from a full minute on: three in each of two minutes."""
    return record_job(settings, "toy", [Ran((1, 2, 6, 4, 5, 9), every=20.0, seconds=130)], began=MINUTE)[0]


def query(job: str, identifier: str = "a", **changes: Any) -> dict[str, Any]:
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": "score",
        "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
    }
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average", **changes}}


def data(metrics: Any, *queries: dict[str, Any], **request: Any) -> list[dict[str, Any]]:
    times = {"StartTime": when(MINUTE), "EndTime": when(MINUTE + 600)}
    answer = metrics.get_metric_data(MetricDataQueries=list(queries), **{**times, **request})
    return list(answer["MetricDataResults"])


def test_a_point_a_minute_is_the_average_of_what_was_printed_in_it(metrics: Any, job: str) -> None:
    result = data(metrics, query(job), ScanBy="TimestampAscending")[0]
    assert result["Timestamps"] == [when(MINUTE), when(MINUTE + 60)]
    assert result["Values"] == [3.0, 6.0]
    assert (result["StatusCode"], result["Label"]) == ("Complete", "score")
    assert data(metrics, query(job))[0]["Values"] == [6.0, 3.0], "newest first by default"


@pytest.mark.parametrize(
    ("statistic", "values"),
    [("Minimum", [1, 4]), ("Maximum", [6, 9]), ("Sum", [9, 18]), ("SampleCount", [3, 3])],
)
def test_statistics_of_a_period(metrics: Any, job: str, statistic: str, values: list[float]) -> None:
    result = data(metrics, query(job, Stat=statistic), ScanBy="TimestampAscending")[0]
    assert result["Values"] == values


def test_a_longer_period_puts_minutes_together_at_its_own_start(metrics: Any, job: str) -> None:
    start = MINUTE // 3600 * 3600
    result = data(metrics, query(job, Period=3600), StartTime=when(start), EndTime=when(start + 7200))[0]
    assert sum(result["Values"]) == pytest.approx(4.5)
    assert result["Timestamps"] == [when(start)]


def test_the_start_is_rounded_down_and_the_end_left_out(metrics: Any, job: str) -> None:
    bounds = {"StartTime": when(MINUTE + 59), "EndTime": when(MINUTE + 60)}
    assert data(metrics, query(job), **bounds)[0]["Values"] == [3.0]


def test_only_the_dimensions_of_the_metric_have_data(metrics: Any, job: str) -> None:
    other = query(job)
    other["MetricStat"]["Metric"]["Dimensions"] = [{"Name": "Host", "Value": f"{job}/algo-1"}]
    results = data(metrics, query("nowhere", "a"), {**other, "Id": "b"}, query(job, "c"))
    assert [len(result["Values"]) for result in results] == [0, 0, 2]


def test_pages_hold_as_many_points_as_asked_for(metrics: Any, job: str) -> None:
    pages = list(
        metrics.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[query(job, "a"), query(job, "b")],
            StartTime=when(MINUTE),
            EndTime=when(MINUTE + 600),
            MaxDatapoints=3,
        )
    )
    assert [[result["Values"] for result in page["MetricDataResults"]] for page in pages] == [
        [[6.0, 3.0], [6.0]],
        [[], [3.0]],
    ]
    assert pages[0]["MetricDataResults"][1]["StatusCode"] == "PartialData"


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([query("a", f"q{number}") for number in range(501)], "size greater than 500"),
        ([query("a"), query("b")], "not unique"),
        ([query("a", "A")], "lower-case"),
        ([{"Id": "a", "Expression": "SUM(METRICS())"}], "no metric math"),
        ([query("a", Period=45)], "multiple of 60"),
        ([query("a", Stat="p90")], "knows the statistics"),
    ],
)
def test_queries_that_cloudwatch_refuses(metrics: Any, queries: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        data(metrics, *queries)


def statistics(metrics: Any, job: str, **changes: Any) -> list[dict[str, Any]]:
    request = {
        "Namespace": NAMESPACE,
        "MetricName": "score",
        "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
        "StartTime": when(MINUTE),
        "EndTime": when(MINUTE + 600),
        "Period": 60,
        "Statistics": ["Average", "Maximum"],
    }
    return list(metrics.get_metric_statistics(**{**request, **changes})["Datapoints"])


def test_get_metric_statistics_gives_the_same_points_in_no_order(metrics: Any, job: str) -> None:
    points = sorted(statistics(metrics, job), key=lambda point: point["Timestamp"])
    assert [(point["Average"], point["Maximum"], point["Unit"]) for point in points] == [
        (3.0, 6.0, "None"),
        (6.0, 9.0, "None"),
    ]
    assert "Minimum" not in points[0]


def test_get_metric_statistics_has_its_limit_and_demands(metrics: Any, job: str) -> None:
    with pytest.raises(ClientError, match=r"1,441 datapoints, which exceeds the limit of 1,440"):
        statistics(metrics, job, EndTime=when(MINUTE + 60 * 1441))
    assert len(statistics(metrics, job, EndTime=when(MINUTE + 60 * 1440))) == 2
    with pytest.raises(ClientError, match="must be less than"):
        statistics(metrics, job, EndTime=when(MINUTE))


def test_metrics_are_listed_by_job(metrics: Any, job: str, settings: Settings) -> None:
    record_job(settings, "other", [Ran()])
    everything = metrics.list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert len(everything) == 2
    one = metrics.list_metrics(Dimensions=[{"Name": "TrainingJobName", "Value": job}])["Metrics"]
    assert [item["MetricName"] for item in one] == ["score"]
    assert metrics.list_metrics(Namespace="AWS/EC2")["Metrics"] == []


DAY = 86_400.0


@pytest.mark.parametrize(
    ("age", "period", "kept"),
    [(14, 60, True), (16, 60, False), (16, 300, True), (64, 300, False), (64, 3600, True), (456, 3600, False)],
)
def test_old_data_is_kept_coarsely_and_not_for_ever(age: int, period: int, kept: bool) -> None:
    now = 1_800_000_000.0
    then = now - age * DAY
    points = Window(then - 60, now, period).points([Observation("score", 1.0, then, 0)], now)
    assert bool(points) == kept


@given(
    times=st.lists(st.floats(0, 7_200), min_size=1, max_size=30),
    period=st.sampled_from([60, 120, 300, 3_600]),
)
def test_no_value_is_lost_or_counted_twice(times: list[float], period: int) -> None:
    now = 1_800_000_000.0
    observed = [Observation("score", 1.0, now - 7_200 + time, step) for step, time in enumerate(times)]
    points = Window(now - 7_200 - period, now + period, period).points(observed, now)
    assert sum(item.count for item in points.values()) == len(times)
    assert all(start % period == 0 for start in points)


def batch(session: LocalSession, job: str, *queries: dict[str, Any]) -> list[dict[str, Any]]:
    arn = f"arn:aws:sagemaker:us-east-1:000000000000:training-job/{job}"
    base = {
        "MetricName": "score",
        "ResourceArn": arn,
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    client: Any = session.client("sagemaker-metrics")
    answer = client.batch_get_metrics(MetricQueries=[{**base, **item} for item in queries])
    return list(answer["MetricQueryResults"])


def test_batch_get_metrics_has_every_value_by_iteration_or_by_time(session: LocalSession, job: str) -> None:
    by_time = {"XAxisType": "Timestamp", "Period": "OneMinute"}
    steps, last, deviation, part = batch(
        session, job, {}, by_time, {**by_time, "MetricStat": "StdDev"}, {"Start": 2, "End": 4}
    )
    assert (steps["XAxisValues"], steps["MetricValues"]) == ([0, 1, 2, 3, 4, 5], [1, 2, 6, 4, 5, 9])
    assert (last["XAxisValues"], last["MetricValues"]) == ([MINUTE, MINUTE + 60], [6, 9])
    assert deviation["MetricValues"] == pytest.approx([2.160247, 2.160247])
    assert part["XAxisValues"] == [2, 3]


def test_batch_get_metrics_answers_each_query_for_itself(session: LocalSession, job: str) -> None:
    results = batch(session, job, {"Period": "OneHour"}, {"ResourceArn": NOWHERE}, {})
    assert [result["Status"] for result in results] == ["ValidationError", "ValidationError", "Complete"]
    with pytest.raises(ClientError, match="1 to 100 queries, not 101"):
        batch(session, job, *[{}] * 101)
