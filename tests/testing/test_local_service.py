"""smtune.testing's service: training jobs that are played, calls that go wrong, and a clock that stands."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from smtune.job import launch
from smtune.local.session import LocalSession
from smtune.testing import LocalService, ScriptError

SPEC: Mapping[str, Any] = {
    "name": "toy",
    "algorithm": {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"},
    "objective": {"maximize": "score"},
    "metrics": {"score": r"score=(\S+)", "loss": r"loss: (\S+);"},
    "hyperparameters": {"rounds": 3, "dose": {"min": 0.0, "max": 1.0}},
    "strategy": "random",
    "limits": {"jobs": 4, "parallel": 2},
    "seed": 7,
}
GROUP = "/aws/sagemaker/TrainingJobs"
ARN = "arn:aws:sagemaker:us-east-1:000000000000:training-job/toy"
QUERIES = [
    {
        "MetricName": "score",
        "ResourceArn": ARN,
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    with LocalService(tmp_path / "service") as service:
        yield service


def started(service: LocalService, **changes: Any) -> str:
    return launch({**SPEC, **changes}, session=service.session).name


def described(service: LocalService, job: str) -> dict[str, Any]:
    client: Any = service.session.client("sagemaker")
    return dict(client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=job))


def trained(service: LocalService, job: str) -> list[dict[str, Any]]:
    client: Any = service.session.client("sagemaker")
    items = client.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=job, SortBy="Name", SortOrder="Ascending"
    )["TrainingJobSummaries"]
    return [dict(client.describe_training_job(TrainingJobName=item["TrainingJobName"])) for item in items]


def statuses(service: LocalService, job: str) -> list[str]:
    return [item["TrainingJobStatus"] for item in trained(service, job)]


def at(seconds: float) -> dt.datetime:
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)


# The clock


def test_nothing_happens_while_the_clock_stands(service: LocalService) -> None:
    job = started(service)
    assert [described(service, job)["HyperParameterTuningJobStatus"] for _ in range(3)] == ["InProgress"] * 3
    assert statuses(service, job) == ["InProgress"] * 2
    assert service.now == at(0)


def test_everything_happens_at_its_own_time_however_far_the_clock_moves(service: LocalService) -> None:
    service.script(seconds=lambda given: 100 if given["dose"] < 0.5 else 250, curve=lambda given: given["dose"])
    job = started(service)
    service.advance(100_000)
    ended = described(service, job)
    assert service.now == at(100_000)
    assert ended["HyperParameterTuningJobStatus"] == "Completed"
    assert ended["CreationTime"] == at(0)
    for item in trained(service, job):
        seconds = 100 if float(item["HyperParameters"]["dose"]) < 0.5 else 250
        assert item["TrainingEndTime"] - item["TrainingStartTime"] == dt.timedelta(seconds=seconds)
        assert item["BillableTimeInSeconds"] == seconds
    assert ended["HyperParameterTuningEndTime"] == max(item["TrainingEndTime"] for item in trained(service, job))
    doses = [float(item["HyperParameters"]["dose"]) for item in trained(service, job)]
    best = ended["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert best["Value"] == pytest.approx(max(doses))


def test_finish_stops_the_clock_at_the_end_of_the_last_job(service: LocalService) -> None:
    job = started(service)
    service.finish()
    assert described(service, job)["HyperParameterTuningEndTime"] == service.now == at(120)


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_the_clock_goes_on_by_seconds_only(service: LocalService, seconds: float) -> None:
    with pytest.raises(ValueError, match="0 seconds or more"):
        service.advance(seconds)


def test_a_tuning_jobs_own_time_runs_out_on_this_clock(service: LocalService) -> None:
    service.script(seconds=1000)
    job = started(service, limits={"jobs": 4, "parallel": 2, "runtime_seconds": 1500})
    service.finish()
    assert described(service, job)["HyperParameterTuningEndTime"] == at(1500)
    assert statuses(service, job) == ["Completed", "Completed", "Stopped", "Stopped"]


def test_a_training_jobs_own_time_runs_out_too(service: LocalService) -> None:
    service.script(seconds=1000)
    job = started(service, compute={"instance": "ml.m5.large", "runtime_seconds": 300})
    service.finish()
    assert {item["SecondaryStatus"] for item in trained(service, job)} == {"MaxRuntimeExceeded"}
    assert service.now == at(600)


# Stops


def test_a_stopped_tuning_job_ends_without_any_time_passing(service: LocalService) -> None:
    job = started(service)
    service.advance(30)
    service.session.client("sagemaker").stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=job)
    assert described(service, job)["HyperParameterTuningJobStatus"] == "Stopped"
    assert described(service, job)["HyperParameterTuningEndTime"] == at(30)
    assert statuses(service, job) == ["Stopped"] * 2


def test_a_training_job_that_is_stopped_before_it_has_instances_costs_nothing(service: LocalService) -> None:
    service.script(startup=120)
    job = started(service)
    first = trained(service, job)[0]
    assert first["SecondaryStatus"] == "Starting"
    assert "TrainingStartTime" not in first
    service.advance(10)
    client: Any = service.session.client("sagemaker")
    client.stop_training_job(TrainingJobName=first["TrainingJobName"])
    service.advance(0)
    stopped = trained(service, job)[0]
    assert (stopped["TrainingJobStatus"], stopped["BillableTimeInSeconds"]) == ("Stopped", 0)


def test_instances_are_waited_for_and_the_wait_is_not_billed(service: LocalService) -> None:
    service.script(startup=120, seconds=60)
    job = started(service, limits={"jobs": 1, "parallel": 1})
    service.finish()
    (item,) = trained(service, job)
    steps = [(step["Status"], step["StartTime"]) for step in item["SecondaryStatusTransitions"]]
    assert steps == [
        ("Starting", at(0)),
        ("Downloading", at(120)),
        ("Training", at(120)),
        ("Uploading", at(180)),
        ("Completed", at(180)),
    ]
    assert item["BillableTimeInSeconds"] == 60


# Scripts


def test_the_last_word_about_a_training_job_holds_part_by_part(service: LocalService) -> None:
    service.script(curve=0.5, seconds=10)
    service.script(curve=0.9, number=2)
    service.script(seconds=20, number=2)
    job = started(service)
    service.finish()
    ends = [
        (item["FinalMetricDataList"][0]["Value"], (item["TrainingEndTime"] - item["TrainingStartTime"]).seconds)
        for item in trained(service, job)
    ]
    assert ends == [(pytest.approx(0.5), 10), (pytest.approx(0.9), 20), *[(pytest.approx(0.5), 10)] * 2]


def test_failures_have_the_services_words(service: LocalService) -> None:
    service.script(fails="CUDA out of memory", number=1)
    service.script(curve=float("nan"), number=2)
    job = started(service)
    service.finish()
    first, second, *_ = trained(service, job)
    assert first["FailureReason"] == "AlgorithmError: CUDA out of memory, exit code: 1"
    assert "nan" in second["FailureReason"]
    assert statuses(service, job) == ["Failed", "Failed", "Completed", "Completed"]


def test_a_tuning_job_gives_up_after_five_failures(service: LocalService) -> None:
    service.script(fails="no such column")
    job = started(service, limits={"jobs": 20, "parallel": 1})
    service.finish()
    assert described(service, job)["FailureReason"].startswith("No training job succeeded after 5 attempts")


def test_an_internal_error_is_retried_where_the_request_says_so(service: LocalService) -> None:
    service.script(fails="InternalServerError: a rack went dark", number=1, attempt=1)
    job = started(service, retries=2, limits={"jobs": 1, "parallel": 1})
    service.finish()
    assert statuses(service, job) == ["Completed"]
    assert service.now == at(120)


def test_what_a_training_job_prints_is_read_by_the_jobs_own_regexes(service: LocalService) -> None:
    service.script(lines=["hello", "score=0.25", "score=0.75 loss: 1.5;"], seconds=30)
    job = started(service, limits={"jobs": 1, "parallel": 1})
    service.finish()
    (item,) = trained(service, job)
    final = {metric["MetricName"]: metric["Value"] for metric in item["FinalMetricDataList"]}
    assert final == pytest.approx({"score": 0.75, "loss": 1.5})
    logs: Any = service.session.client("logs")
    events = logs.get_log_events(
        logGroupName=GROUP, logStreamName=f"{item['TrainingJobName']}/algo-1", startFromHead=True
    )["events"]
    assert [event["message"] for event in events] == ["hello", "score=0.25", "score=0.75 loss: 1.5;"]
    assert [event["timestamp"] for event in events] == [at(10 * n).timestamp() * 1000 for n in (1, 2, 3)]


def test_one_text_is_its_lines(service: LocalService) -> None:
    service.script(lines="hello\nscore=0.25")
    job = started(service, limits={"jobs": 1, "parallel": 1})
    service.finish()
    (item,) = trained(service, job)
    assert item["FinalMetricDataList"][0]["Value"] == 0.25


def test_a_curve_is_in_cloudwatch_and_in_the_log_as_the_regex_has_it(service: LocalService) -> None:
    service.script(curve=[0.1, 0.2, 0.3], metrics={"loss": [3, 2, 1]}, seconds=180)
    job = started(service, limits={"jobs": 1, "parallel": 1})
    service.finish()
    (item,) = trained(service, job)
    name = item["TrainingJobName"]
    cloudwatch: Any = service.session.client("cloudwatch")
    metric = {"Namespace": GROUP, "MetricName": "score", "Dimensions": [{"Name": "TrainingJobName", "Value": name}]}
    query = {"Id": "score", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=at(0), EndTime=service.now + dt.timedelta(minutes=1)
    )["MetricDataResults"][0]
    assert sorted(found["Values"]) == pytest.approx([0.1, 0.2, 0.3])
    logs: Any = service.session.client("logs")
    events = logs.get_log_events(logGroupName=GROUP, logStreamName=f"{name}/algo-1")["events"]
    assert [event["message"] for event in events][:2] == ["score=0.1", "loss: 3.0;"]


def test_a_model_artifact_holds_what_was_said(service: LocalService) -> None:
    service.script(model={"model.txt": "weights"})
    job = started(service, limits={"jobs": 1, "parallel": 1})
    service.finish()
    bucket, _, key = trained(service, job)[0]["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    body = service.session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        file = archive.extractfile("model.txt")
        assert file is not None
        assert file.read() == b"weights"


def test_curves_that_nobody_wrote_are_the_same_at_each_run(tmp_path: Path) -> None:
    def objectives(name: str, seed: int) -> list[float]:
        with LocalService(tmp_path / name, seed=seed) as service:
            job = started(service)
            service.finish()
            return [item["FinalMetricDataList"][0]["Value"] for item in trained(service, job)]

    first = objectives("one", 1)
    assert objectives("two", 1) == first
    assert objectives("three", 2) != first
    assert len(set(first)) == 4
    assert all(0.0 <= value <= 1.0 for value in first)


def test_hyperparameters_come_as_numbers(service: LocalService) -> None:
    seen: list[Mapping[str, Any]] = []

    def curve(given: Mapping[str, Any]) -> float:
        seen.append(given)
        return 1.0

    service.script(curve=curve)
    started(service)
    assert [type(seen[0][name]) for name in ("rounds", "dose", "_tuning_objective_metric")] == [int, float, str]


def test_a_script_that_raises_is_the_tests_own_error(service: LocalService) -> None:
    service.script(curve=lambda given: given["depth"])
    with pytest.raises(ScriptError, match="raised KeyError: 'depth'"):
        started(service)


@pytest.mark.parametrize(
    "parts",
    [
        {"seconds": 0},
        {"startup": -1},
        {"curve": "high"},
        {"seconds": float("inf")},
        {"model": {"../escaped": "text"}},
        {"model": {"/escaped": "text"}},
        {"model": {"weights": b"bytes"}},
    ],
)
def test_what_cannot_be_played_is_refused(service: LocalService, parts: Any) -> None:
    service.script(**parts)
    with pytest.raises(ScriptError, match=str(next(iter(parts)))):
        started(service)


@pytest.mark.parametrize("parts", [{}, {"curves": 1.0}])
def test_a_script_says_something_that_there_is(service: LocalService, parts: Any) -> None:
    with pytest.raises(TypeError, match="curve, seconds"):
        service.script(**parts)


def test_a_hopeless_training_job_is_stopped_early(service: LocalService) -> None:
    service.script(curve=[0.8, 0.9, 0.95], seconds=30)
    service.script(curve=[0.1, 0.1, 0.1], seconds=3000, number=5)
    job = started(service, early_stopping="auto", limits={"jobs": 5, "parallel": 1})
    service.finish()
    assert statuses(service, job) == ["Completed"] * 4 + ["Stopped"]
    assert service.now == at(4 * 30 + 2000)


# Spot instances

SPOT = {"instance": "ml.m5.large", "spot": True, "runtime_seconds": 3600, "wait_seconds": 7200}


def spot(service: LocalService, **changes: Any) -> dict[str, Any]:
    service.script(curve=[0.1, 0.2, 0.3, 0.4], seconds=40, interrupted=25, away=300, startup=60)
    job = started(service, compute=SPOT, limits={"jobs": 1, "parallel": 1}, **changes)
    service.advance(60 + 25)
    assert trained(service, job)[0]["SecondaryStatus"] == "Interrupted"
    assert trained(service, job)[0]["TrainingJobStatus"] == "InProgress"
    service.advance(300)
    assert trained(service, job)[0]["SecondaryStatus"] == "Starting"
    service.finish()
    return trained(service, job)[0]


def test_an_interrupted_training_job_begins_again_when_there_are_instances(service: LocalService) -> None:
    ended = spot(service)
    assert [step["Status"] for step in ended["SecondaryStatusTransitions"]] == [
        *("Starting", "Downloading", "Training"),
        *("Interrupted", "Starting", "Downloading", "Training", "Uploading", "Completed"),
    ]
    assert ended["TrainingEndTime"] == at(60 + 25 + 300 + 60 + 40)


def test_with_checkpoints_it_goes_on_where_it_was(service: LocalService) -> None:
    ended = spot(service, checkpoints={"uri": "s3://bucket/checkpoints"})
    assert ended["TrainingEndTime"] == at(60 + 25 + 300 + 60 + 15)


@pytest.mark.parametrize(
    ("away", "steps"),
    [
        (7200, ["Training", "Interrupted", "MaxWaitTimeExceeded"]),
        (7060, ["Interrupted", "Starting", "MaxWaitTimeExceeded"]),
        (7000, ["Downloading", "Training", "Uploading", "MaxWaitTimeExceeded"]),
    ],
)
def test_who_waits_for_instances_too_long_is_stopped(service: LocalService, away: float, steps: list[str]) -> None:
    parts: dict[str, Any] = {"curve": [0.1, 0.2], "seconds": 80, "interrupted": 50, "startup": 60}
    service.script(away=away, model={"weights": "1"}, **parts)
    job = started(service, compute=SPOT, limits={"jobs": 1, "parallel": 1})
    service.finish()
    (item,) = trained(service, job)
    assert (item["TrainingJobStatus"], item["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert [step["Status"] for step in item["SecondaryStatusTransitions"]][-len(steps) :] == steps
    assert item["SecondaryStatusTransitions"][-1]["StatusMessage"].endswith("exceeded MaxWaitTimeInSeconds")
    assert (item["TrainingStartTime"], item["TrainingEndTime"], service.now) == (at(60), at(7200), at(7200))
    assert "FailureReason" not in item
    assert [metric["Value"] for metric in item["FinalMetricDataList"]] == [0.1]


def test_who_never_gets_instances_costs_nothing(service: LocalService) -> None:
    service.script(startup=10_000)
    job = started(service, compute=SPOT, limits={"jobs": 2, "parallel": 1})
    service.finish()
    for item in trained(service, job):
        steps = [step["Status"] for step in item["SecondaryStatusTransitions"]]
        assert steps == ["Starting", "MaxWaitTimeExceeded"]
        assert item["BillableTimeInSeconds"] == 0
        assert "TrainingStartTime" not in item
    assert service.now == at(2 * 7200)


def test_all_attempts_of_a_training_job_wait_together(service: LocalService) -> None:
    service.script(seconds=3000, fails="InternalServerError: a host is gone", attempt=1)
    service.script(seconds=3000, startup=1500, attempt=2)
    job = started(service, compute=SPOT, retries=1, limits={"jobs": 1, "parallel": 1})
    service.finish()
    assert trained(service, job)[0]["SecondaryStatus"] == "MaxWaitTimeExceeded"
    assert service.now == at(7200)


def test_only_spot_instances_are_taken_away(service: LocalService) -> None:
    service.script(interrupted=10)
    with pytest.raises(ScriptError, match="EnableManagedSpotTraining"):
        started(service)


# Calls that go wrong


def test_a_throttled_call_is_repeated_by_boto3(service: LocalService) -> None:
    job = started(service)
    service.throttle("DescribeHyperParameterTuningJob", times=2)
    with service.sleeping():
        answer = described(service, job)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert answer["HyperParameterTuningJobName"] == job
    assert answer["CreationTime"] == at(0)
    assert service.now > at(0)
    assert described(service, job)["ResponseMetadata"]["RetryAttempts"] == 0
    assert len(service.calls("DescribeHyperParameterTuningJob")) >= 2


def test_what_is_throttled_for_longer_than_boto3_is_patient_is_raised(service: LocalService) -> None:
    service.throttle("ListTrainingJobs", times=50)
    with service.sleeping(), pytest.raises(ClientError) as raised:
        service.session.client("sagemaker").list_training_jobs()
    assert raised.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] >= 2


@pytest.mark.parametrize(
    ("operation", "service_name", "method", "request_"),
    [
        ("CreateHyperParameterTuningJob", None, None, None),
        ("s3:PutObject", "s3", "put_object", {"Bucket": "bucket", "Key": "key", "Body": b"x"}),
        ("logs:DescribeLogStreams", "logs", "describe_log_streams", {"logGroupName": GROUP}),
        ("cloudwatch:ListMetrics", "cloudwatch", "list_metrics", {}),
        ("sts:GetCallerIdentity", "sts", "get_caller_identity", {}),
        ("sagemaker-metrics:BatchGetMetrics", "sagemaker-metrics", "batch_get_metrics", {"MetricQueries": QUERIES}),
    ],
)
def test_any_operation_fails_once_and_then_works(
    service: LocalService, operation: str, service_name: Any, method: Any, request_: Any
) -> None:
    service.fail(operation, "AccessDeniedException", "not yours")
    if service_name is None:
        job = {**SPEC, "name": "other"}
        with pytest.raises(Exception, match="not yours"):
            launch(job, session=service.session)
        launch(job, session=service.session)
        assert len(service.calls(operation)) == 2
        return
    call = getattr(service.session.client(service_name), method)
    with pytest.raises(ClientError, match="not yours") as raised:
        call(**request_)
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    assert call(**request_)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("CreateTuningJob", "no operation"),
        ("DescribeTrainingJobs", "did you mean DescribeTrainingJob"),
        ("ec2:RunInstances", "no service 'ec2'"),
    ],
)
def test_an_operation_that_there_is_not_is_refused(service: LocalService, operation: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        service.throttle(operation)


# Whoever waits


def test_smtune_waits_without_taking_time(service: LocalService) -> None:
    service.script(curve=lambda given: 1 - (given["dose"] - 0.3) ** 2)
    began = time.monotonic()
    with service.sleeping():
        job = launch(SPEC, session=service.session).wait(require=["objective >= 0.1"])
        best = job.best()
        table = job.results()
    assert best is not None
    assert best.objective == pytest.approx(1 - (float(best.hyperparameters["dose"]) - 0.3) ** 2)
    assert len(table) == 4
    assert time.monotonic() - began < 10


def test_only_the_threads_own_sleep_moves_the_clock(service: LocalService) -> None:
    import threading

    with service.sleeping():
        other = threading.Thread(target=time.sleep, args=(0.01,))
        other.start()
        other.join()
        assert service.now == at(0)
        time.sleep(3600)
    assert service.now == at(3600)
    time.sleep(0)
    assert service.now == at(3600)


def test_several_tuning_jobs_share_one_clock(service: LocalService) -> None:
    service.script(seconds=100)
    first = started(service)
    service.advance(150)
    second = started(service, name="other")
    service.finish()
    ends = [described(service, job)["HyperParameterTuningEndTime"] for job in (first, second)]
    assert ends == [at(200), at(350)]


def test_a_training_job_of_its_own_is_played_too(service: LocalService) -> None:
    service.script(curve=[0.25, 0.75], seconds=100)
    started(service)
    request = service.calls("CreateHyperParameterTuningJob")[0]
    definition = {**request["TrainingJobDefinition"], "HyperParameters": {"dose": "0.5"}}
    del definition["StaticHyperParameters"]
    client: Any = service.session.client("sagemaker")
    client.create_training_job(TrainingJobName="alone", **definition)
    assert client.describe_training_job(TrainingJobName="alone")["TrainingJobStatus"] == "InProgress"
    service.advance(100)
    ended = client.describe_training_job(TrainingJobName="alone")
    assert (ended["TrainingJobStatus"], ended["TrainingEndTime"]) == ("Completed", at(100))
    assert {item["MetricName"]: item["Value"] for item in ended["FinalMetricDataList"]} == {"score": 0.75}


def test_the_rules_of_the_service_hold(service: LocalService) -> None:
    client: Any = service.session.client("sagemaker")
    job = started(service)
    request = service.calls("CreateHyperParameterTuningJob")[0]
    with pytest.raises(client.exceptions.ResourceInUse):
        client.create_hyper_parameter_tuning_job(**request)
    config = {**request["HyperParameterTuningJobConfig"], "Strategy": "Grid"}
    with pytest.raises(ClientError, match="ValidationException"):
        client.create_hyper_parameter_tuning_job(
            **{**request, "HyperParameterTuningJobName": f"{job}-2", "HyperParameterTuningJobConfig": config}
        )
    assert isinstance(service.session, LocalSession)
