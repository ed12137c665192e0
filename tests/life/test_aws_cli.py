"""The AWS CLI from PyPI and plain boto3 read the same job over HTTP, with nothing set but AWS_ENDPOINT_URL."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest
from aws_cli import one_after_another, start
from front import plain_session
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings

GROUP = "/aws/sagemaker/TrainingJobs"
BEGAN = float(int(time.time()) // 60 * 60 - 3_600)


def utc(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).isoformat()


@pytest.mark.slow
def test_the_aws_cli_and_boto3_read_the_same_job(aws: Path, front_url: str, settings: Settings, tmp_path: Path) -> None:
    names = record_job(settings, "shared", [Ran((0.1, 0.5)), Ran((0.2, 0.9))], began=BEGAN)
    session = plain_session()
    storage: Any = session.client("s3")
    storage.create_bucket(Bucket="bucket")
    storage.put_object(Bucket="bucket", Key="a/model.tar.gz", Body=b"weights")
    job = ("--hyper-parameter-tuning-job-name", "shared")
    place = ("--log-group-name", GROUP, "--log-stream-name", f"{names[1]}/algo-1", "--start-from-head")
    metric = ("--namespace", GROUP, "--metric-name", "score", "--dimensions", f"Name=TrainingJobName,Value={names[1]}")
    bounds = ("--start-time", utc(BEGAN), "--end-time", utc(BEGAN + 600))
    described, listed, events, points, identity, model = one_after_another(
        aws,
        front_url,
        tmp_path,
        [
            ("sagemaker", "describe-hyper-parameter-tuning-job", *job),
            ("sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job", *job),
            ("logs", "get-log-events", *place),
            ("cloudwatch", "get-metric-statistics", *metric, *bounds, "--period", "60", "--statistics", "Average"),
            ("sts", "get-caller-identity"),
            ("s3", "cp", "s3://bucket/a/model.tar.gz", "-"),
        ],
    )

    client: Any = session.client("sagemaker")
    seen = json.loads(described)
    same = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="shared")
    assert seen["HyperParameterTuningJobConfig"] == same["HyperParameterTuningJobConfig"]
    assert seen["TrainingJobDefinition"] == same["TrainingJobDefinition"]
    assert seen["CreationTime"] == same["CreationTime"].timestamp() == BEGAN
    assert seen["BestTrainingJob"]["TrainingJobName"] == same["BestTrainingJob"]["TrainingJobName"] == names[1]
    assert [item["TrainingJobName"] for item in json.loads(listed)["TrainingJobSummaries"]] == names
    assert [item["message"] for item in json.loads(events)["events"]] == ["score=0.2", "score=0.9"]
    assert [item["Average"] for item in json.loads(points)["Datapoints"]] == [pytest.approx(0.55)]
    assert json.loads(identity)["Account"] == session.client("sts").get_caller_identity()["Account"]
    assert model == b"weights"


@pytest.mark.slow
def test_the_aws_cli_says_what_the_engine_does_not_answer(aws: Path, front_url: str) -> None:
    process = start(aws, front_url, "sagemaker", "list-models")
    assert b"does not answer ListModels so far" in process.communicate(timeout=180)[1]
    assert process.returncode != 0
