"""CreateTrainingJob: a training job of its own, as the service runs it."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_jobs import GOOD, WAIT_SECONDS, Run, wait_for

from smtune.local.session import LocalSession


@pytest.fixture
def request_(submit: Run, session: LocalSession, client: Any) -> dict[str, Any]:
    """CreateTrainingJob's, made of a training job that a tuning job ran."""
    name = submit(GOOD, changes={"limits": {"jobs": 1}})
    best = wait_for(session, name)["BestTrainingJob"]["TrainingJobName"]
    described = client.describe_training_job(TrainingJobName=best)
    members = ("AlgorithmSpecification", "RoleArn", "OutputDataConfig", "ResourceConfig", "StoppingCondition")
    request: dict[str, Any] = {member: copy.deepcopy(described[member]) for member in members}
    hyperparameters = {**described["HyperParameters"], "dose": "0.25"}
    del hyperparameters["_tuning_objective_metric"]
    return {**request, "TrainingJobName": "alone", "HyperParameters": hyperparameters}


def wait_until_over(client: Any, name: str) -> dict[str, Any]:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        job: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
        if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}:
            return job
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_training_job_runs_alone_and_no_tuning_job_is_seen(client: Any, request_: dict[str, Any]) -> None:
    before = client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    answer = client.create_training_job(**request_, Tags=[{"Key": "team", "Value": "red"}])
    assert answer["TrainingJobArn"].endswith(":training-job/alone")
    job = wait_until_over(client, "alone")

    assert job["TrainingJobStatus"] == "Completed"
    assert job["HyperParameters"] == request_["HyperParameters"]
    assert "TuningJobArn" not in job
    assert [(item["MetricName"], round(item["Value"], 4)) for item in job["FinalMetricDataList"]] == [("score", 0.9975)]
    assert {"Key": "team", "Value": "red"} in client.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    assert client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == before
    assert "alone" in [item["TrainingJobName"] for item in client.list_training_jobs()["TrainingJobSummaries"]]
    with pytest.raises(client.exceptions.ResourceInUse, match="must be unique"):
        client.create_training_job(**{**request_, "TrainingJobName": "Alone"})


def test_a_tuning_job_of_the_same_name_is_in_nobodys_way(
    client: Any, request_: dict[str, Any], submit: Run, session: LocalSession
) -> None:
    name = submit("import time\ntime.sleep(600)", changes={"limits": {"jobs": 1}})
    client.create_training_job(**{**request_, "TrainingJobName": name})
    assert wait_until_over(client, name)["TrainingJobStatus"] == "Completed"
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert wait_for(session, name)["HyperParameterTuningJobStatus"] == "Stopped"


def test_without_metrics_it_completes_and_it_can_be_stopped(
    client: Any, request_: dict[str, Any], submit: Run, session: LocalSession
) -> None:
    request_["AlgorithmSpecification"].pop("MetricDefinitions")
    client.create_training_job(**request_)
    assert wait_until_over(client, "alone")["TrainingJobStatus"] == "Completed"
    slow = submit("import time\ntime.sleep(600)", changes={"limits": {"jobs": 1}})
    archive = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=slow)["TrainingJobDefinition"]
    request_["HyperParameters"] = archive["StaticHyperParameters"]
    client.create_training_job(**{**request_, "TrainingJobName": "slow"})
    until = time.monotonic() + WAIT_SECONDS
    while client.list_training_jobs(NameContains="slow", StatusEquals="InProgress")["TrainingJobSummaries"] == []:
        assert time.monotonic() < until
        time.sleep(0.05)
    client.stop_training_job(TrainingJobName="slow")
    assert wait_until_over(client, "slow")["TrainingJobStatus"] == "Stopped"
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=slow)
    wait_for(session, slow)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ResourceConfig": None}, "needs ResourceConfig"),
        ({"HyperParameters": {}}, "nothing on this machine can stand for the image"),
        ({"TrainingJobName": "a_b"}, "regular expression pattern"),
        (
            {
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/x"}},
                    }
                ]
            },
            "No S3 objects found",
        ),
    ],
)
def test_what_cannot_run_here_is_refused(
    client: Any, request_: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    request = {key: value for key, value in {**request_, **change}.items() if value is not None}
    with pytest.raises(ClientError, match=message):
        client.create_training_job(**request)
    with pytest.raises(ClientError, match="not found"):
        client.describe_training_job(TrainingJobName="alone")
