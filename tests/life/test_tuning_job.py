"""A tuning job's life as any client sees it. The same for every peer: nothing here knows which one it is."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from peers import BUCKET, NAME, Peer

GROUP = "/aws/sagemaker/TrainingJobs"
WAITS = "import time\nprint('score=0.5', flush=True)\ntime.sleep(600)"


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_it_completes_and_knows_its_best(peer: Peer, finished: str) -> None:
    job = peer.describe(finished)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 3
    values = {
        item["TrainingJobName"]: item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for item in peer.training_jobs(finished)
    }
    assert job["BestTrainingJob"]["TrainingJobName"] == max(values, key=lambda name: values[name])
    assert job["CreationTime"] <= job["HyperParameterTuningEndTime"]
    assert job["CreationTime"].utcoffset() is not None


def test_it_is_described_as_it_was_asked_for(peer: Peer, finished: str) -> None:
    asked = peer.request(finished)
    job = peer.describe(finished)
    assert job["HyperParameterTuningJobConfig"] == asked["HyperParameterTuningJobConfig"]
    for member in ("InputDataConfig", "OutputDataConfig", "StoppingCondition"):
        assert job["TrainingJobDefinition"][member] == asked["TrainingJobDefinition"][member]


def test_its_name_is_taken_in_any_case(peer: Peer, finished: str) -> None:
    request = peer.request(finished)
    for name in (finished, finished.upper()):
        with pytest.raises(ClientError, match="must be unique") as caught:
            peer.create({**request, NAME: name})
        assert code(caught) == "ResourceInUse"


def test_unknown_names_are_not_found(peer: Peer) -> None:
    client = peer.client("sagemaker")
    for call in (
        client.describe_hyper_parameter_tuning_job,
        client.stop_hyper_parameter_tuning_job,
        client.delete_hyper_parameter_tuning_job,
        client.list_training_jobs_for_hyper_parameter_tuning_job,
    ):
        with pytest.raises(client.exceptions.ResourceNotFound):
            call(**{NAME: "nowhere"})
    with pytest.raises(ClientError, match="Requested resource not found") as caught:
        client.describe_training_job(TrainingJobName="nowhere")
    assert code(caught) == "ValidationException"


def test_what_cannot_run_is_refused_and_leaves_nothing(peer: Peer) -> None:
    request = peer.request("refused")
    source = request["TrainingJobDefinition"]["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    for uri in (f"s3://{BUCKET}/nothing", "s3://no-such-bucket/data"):
        source["S3Uri"] = uri
        with pytest.raises(ClientError, match=f'No S3 objects found under S3 URL "{uri}"') as caught:
            peer.create(request)
        assert code(caught) == "ValidationException"
    with pytest.raises(ClientError, match="regular expression pattern"):
        peer.create({**request, NAME: "under_score"})
    with pytest.raises(ClientError) as caught:
        peer.describe("refused")
    assert code(caught) == "ResourceNotFound"


def test_lists_come_in_pages(peer: Peer, finished: str) -> None:
    client = peer.client("sagemaker")
    pages = list(
        client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
            **{NAME: finished}, PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [2, 1]
    with pytest.raises(ClientError, match="NextToken"):
        client.list_hyper_parameter_tuning_jobs(NextToken="rubbish")
    listed = client.list_hyper_parameter_tuning_jobs(NameContains="FINISH")["HyperParameterTuningJobSummaries"]
    assert [item[NAME] for item in listed] == [finished]
    tomorrow = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=1)
    assert client.list_hyper_parameter_tuning_jobs(CreationTimeAfter=tomorrow)["HyperParameterTuningJobSummaries"] == []


def test_list_search_and_describe_tell_the_same(peer: Peer, finished: str) -> None:
    client = peer.client("sagemaker")
    arn = peer.describe(finished)["HyperParameterTuningJobArn"]
    condition = {"Name": "TuningJobArn", "Operator": "Equals", "Value": arn}
    found = client.search(
        Resource="TrainingJob",
        SearchExpression={"Filters": [condition]},
        SortBy="TrainingJobName",
        SortOrder="Ascending",
    )
    records = [item["TrainingJob"] for item in found["Results"]]
    summaries = peer.training_jobs(finished)

    assert [item["TrainingJobName"] for item in records] == [item["TrainingJobName"] for item in summaries]
    for record, summary in zip(records, summaries, strict=True):
        details = client.describe_training_job(TrainingJobName=record["TrainingJobName"])
        assert {name: value for name, value in record.items() if name != "Tags"}.items() <= details.items()
        assert record["HyperParameters"]["dose"] == summary["TunedHyperParameters"]["dose"]
        final = summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        assert record["FinalMetricDataList"][0]["Value"] == pytest.approx(final)


def test_its_log_is_what_the_script_printed(peer: Peer, finished: str) -> None:
    training = peer.training_jobs(finished)[0]["TrainingJobName"]
    logs = peer.client("logs")
    streams = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{training}/")["logStreams"]
    place = {"logGroupName": GROUP, "logStreamName": streams[0]["logStreamName"]}
    lines = [event["message"] for event in logs.get_log_events(**place, startFromHead=True)["events"]]

    assert [line.partition("=")[0] for line in lines] == ["score"] * 3 + ["channel holds 1.csv, 2.csv"]
    found = logs.filter_log_events(logGroupName=GROUP, logStreamNamePrefix=finished, filterPattern="channel")
    assert len(found["events"]) == 3


def test_its_curves_are_what_the_script_printed(peer: Peer, finished: str) -> None:
    training = peer.training_jobs(finished)[0]
    dose = float(training["TunedHyperParameters"]["dose"])
    curve = [1 - (dose - 0.3) ** 2 - 0.1 * left for left in (2, 1, 0)]
    query = {
        "MetricName": "score",
        "ResourceArn": training["TrainingJobArn"],
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    steps = peer.client("sagemaker-metrics").batch_get_metrics(MetricQueries=[query])["MetricQueryResults"][0]
    assert steps["MetricValues"] == pytest.approx(curve, abs=1e-6)

    metric = {
        "Namespace": GROUP,
        "MetricName": "score",
        "Dimensions": [{"Name": "TrainingJobName", "Value": training["TrainingJobName"]}],
    }
    start = training["TrainingStartTime"]
    times = {"StartTime": start - dt.timedelta(hours=1), "EndTime": start + dt.timedelta(hours=1)}
    stats = [{"Id": name.lower(), "MetricStat": {"Metric": metric, "Period": 60, "Stat": name}} for name in ("Sum",)]
    points = peer.client("cloudwatch").get_metric_data(MetricDataQueries=stats, **times)["MetricDataResults"][0]
    assert sum(points["Values"]) == pytest.approx(sum(curve), abs=1e-5)
    assert all(stamp.second == 0 for stamp in points["Timestamps"])


def test_its_model_is_in_s3(peer: Peer, finished: str) -> None:
    best = peer.describe(finished)["BestTrainingJob"]["TrainingJobName"]
    details = peer.client("sagemaker").describe_training_job(TrainingJobName=best)
    bucket, _, key = details["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    body = peer.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        data: Any = archive.extractfile("data.txt")
        assert data.read() == b"1\n2\n"


def test_its_tags_can_be_changed(peer: Peer, finished: str) -> None:
    client, arn = peer.client("sagemaker"), peer.describe(finished)["HyperParameterTuningJobArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "blue"}])
    assert {"Key": "team", "Value": "blue"} in client.list_tags(ResourceArn=arn)["Tags"]
    client.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert "team" not in {item["Key"] for item in client.list_tags(ResourceArn=arn)["Tags"]}


def test_it_is_stopped_and_then_deleted_and_its_name_is_free(peer: Peer) -> None:
    client = peer.client("sagemaker")
    limits = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1}
    request = peer.request("stopped", WAITS, ResourceLimits=limits)
    name = peer.create(request)
    peer.wait(name, running=1)
    with pytest.raises(ClientError, match="not in a terminal state"):
        client.delete_hyper_parameter_tuning_job(**{NAME: name})
    client.stop_hyper_parameter_tuning_job(**{NAME: name})
    job = peer.wait(name)

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    training = peer.training_jobs(name)
    assert [item["TrainingJobStatus"] for item in training] == ["Stopped"]
    client.delete_hyper_parameter_tuning_job(**{NAME: name})
    with pytest.raises(client.exceptions.ResourceNotFound):
        peer.describe(name)
    left = client.describe_training_job(TrainingJobName=training[0]["TrainingJobName"])
    assert left["TrainingJobStatus"] == "Stopped"

    peer.create(request)
    peer.wait(name, running=1)
    assert peer.training_jobs(name)[0]["TrainingJobName"] != training[0]["TrainingJobName"]
    client.stop_hyper_parameter_tuning_job(**{NAME: name})
    peer.wait(name)


def test_everybody_is_somebody(peer: Peer) -> None:
    assert peer.client("sts").get_caller_identity()["Account"] == "000000000000"
