"""The AWS CLI from PyPI and plain boto3 read the same job over HTTP, with nothing set but AWS_ENDPOINT_URL."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from front import plain_session
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings

AWS = Path(__file__).parents[2] / ".venv" / "aws-cli" / "bin" / "aws"
GROUP = "/aws/sagemaker/TrainingJobs"
BEGAN = float(int(time.time()) // 60 * 60 - 3_600)


@pytest.fixture
def aws() -> Path:
    if not AWS.exists():
        message = f"there is no {AWS}: make env installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return AWS


def start(aws: Path, url: str, *words: str) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DEFAULT_OUTPUT": "json",
    }
    return subprocess.Popen([aws, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def outputs(processes: Sequence[subprocess.Popen[bytes]]) -> list[bytes]:
    """What they print; each must succeed."""
    results = []
    for process in processes:
        output, trouble = process.communicate(timeout=60)
        assert process.returncode == 0, trouble.decode()
        results.append(output)
    return results


def utc(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).isoformat()


@pytest.mark.slow
def test_the_aws_cli_and_boto3_read_the_same_job(aws: Path, front_url: str, settings: Settings) -> None:
    names = record_job(settings, "shared", [Ran((0.1, 0.5)), Ran((0.2, 0.9))], began=BEGAN)
    session = plain_session()
    storage: Any = session.client("s3")
    storage.create_bucket(Bucket="bucket")
    storage.put_object(Bucket="bucket", Key="a/model.tar.gz", Body=b"weights")
    job = ("--hyper-parameter-tuning-job-name", "shared")
    place = ("--log-group-name", GROUP, "--log-stream-name", f"{names[1]}/algo-1", "--start-from-head")
    metric = ("--namespace", GROUP, "--metric-name", "score", "--dimensions", f"Name=TrainingJobName,Value={names[1]}")
    bounds = ("--start-time", utc(BEGAN), "--end-time", utc(BEGAN + 600))
    described, listed, events, points, identity, model = outputs(
        [
            start(aws, front_url, "sagemaker", "describe-hyper-parameter-tuning-job", *job),
            start(aws, front_url, "sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job", *job),
            start(aws, front_url, "logs", "get-log-events", *place),
            start(
                aws,
                front_url,
                *("cloudwatch", "get-metric-statistics", *metric, *bounds),
                *("--period", "60", "--statistics", "Average"),
            ),
            start(aws, front_url, "sts", "get-caller-identity"),
            start(aws, front_url, "s3", "cp", "s3://bucket/a/model.tar.gz", "-"),
        ]
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
def test_the_aws_cli_says_what_the_engine_refuses(aws: Path, front_url: str) -> None:
    processes = [
        start(aws, front_url, *words.split())
        for words in (
            "sagemaker describe-hyper-parameter-tuning-job --hyper-parameter-tuning-job-name nowhere",
            "sagemaker list-models",
        )
    ]
    errors = [process.communicate(timeout=60)[1].decode() for process in processes]

    assert "(ResourceNotFound)" in errors[0]
    assert "does not answer ListModels so far" in errors[1]
