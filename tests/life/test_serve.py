"""`smtune serve`: the AWS CLI, boto3, the SageMaker SDK and a bare signed request run tuning jobs on it.

Each creates a job, watches it, stops it and reads what it left, with nothing but the variables that the command prints.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from local_jobs import WAIT_SECONDS
from peers import BUCKET, NAME, Peer

STATUS = "HyperParameterTuningJobStatus"
MANY: dict[str, Any] = {"ResourceLimits": {"MaxNumberOfTrainingJobs": 500, "MaxParallelTrainingJobs": 1}}
"""More than there is time for: somebody has to stop it."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def peer(served: Mapping[str, str]) -> Peer:
    keys = (served["AWS_ACCESS_KEY_ID"], served["AWS_SECRET_ACCESS_KEY"])
    session = boto3.Session(*keys, region_name=served["AWS_DEFAULT_REGION"])
    peer = Peer("smtune serve", session, served["AWS_ENDPOINT_URL"])
    peer.prepare()
    return peer


def until(look: Callable[[], bool]) -> None:
    """Look again and again."""
    end = time.monotonic() + WAIT_SECONDS
    while not look():
        assert time.monotonic() < end
        time.sleep(0.1)


def files_of(model: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(model)) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: (archive.extractfile(member) or io.BytesIO()).read().decode() for member in members}


def test_boto3_runs_a_job_from_data_on_s3_to_a_model_there(peer: Peer, served: Mapping[str, str]) -> None:
    name = peer.create(peer.request("by-boto3", **MANY))
    until(lambda: peer.describe(name)["TrainingJobStatusCounters"]["Completed"] > 0)
    peer.client("sagemaker").stop_hyper_parameter_tuning_job(**{NAME: name})
    job = peer.wait(name)

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    counters, trainings = job["TrainingJobStatusCounters"], peer.training_jobs(name)
    assert len(trainings) == counters["Completed"] + counters["Stopped"]
    best = job["BestTrainingJob"]["TrainingJobName"]
    training = peer.client("sagemaker").describe_training_job(TrainingJobName=best)
    bucket, _, key = training["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    assert (bucket, key) == (BUCKET, f"output/{best}/output/model.tar.gz")
    model = peer.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert files_of(model)["data.txt"] == "1\n2\n", "the channel's files were those on S3"
    assert (Path(served["SMTUNE_HOME"]) / "s3" / bucket / key).read_bytes() == model, "it is a file that stays"


def test_the_aws_cli_runs_a_job(peer: Peer, served: Mapping[str, str], aws: Path, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(peer.request("by-cli", **MANY)))
    job = ("--hyper-parameter-tuning-job-name", "by-cli")

    def run(*words: str) -> Any:
        done = subprocess.run([aws, *words], env=served, capture_output=True, text=True, timeout=WAIT_SECONDS)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "{}")

    created = run(
        "sagemaker", "create-hyper-parameter-tuning-job", "--cli-input-json", f"file://{tmp_path}/request.json"
    )
    assert created["HyperParameterTuningJobArn"].endswith(":hyper-parameter-tuning-job/by-cli")
    # boto3 waits: each look of the CLI's is a process of half a second.
    until(lambda: peer.describe("by-cli")["TrainingJobStatusCounters"]["Completed"] > 0)
    run("sagemaker", "stop-hyper-parameter-tuning-job", *job)
    peer.wait("by-cli")

    described = run("sagemaker", "describe-hyper-parameter-tuning-job", *job)
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    listed = run("sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job", *job, "--status-equals", "Completed")
    assert len(listed["TrainingJobSummaries"]) == described["TrainingJobStatusCounters"]["Completed"]
    best = described["BestTrainingJob"]["TrainingJobName"]
    copied = subprocess.run(
        [aws, "s3", "cp", f"s3://{BUCKET}/output/{best}/output/model.tar.gz", "-"], env=served, capture_output=True
    )
    assert files_of(copied.stdout)["data.txt"] == "1\n2\n"


SDK = """
import json, sys, time
from sagemaker.core import shapes
from sagemaker.core.resources import HyperParameterTuningJob, TrainingJob

asked = json.load(open("request.json"))
definition = asked["TrainingJobDefinition"]
uri = definition["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"]
job = HyperParameterTuningJob.create(
    hyper_parameter_tuning_job_name=asked["HyperParameterTuningJobName"],
    hyper_parameter_tuning_job_config=shapes.HyperParameterTuningJobConfig(
        strategy="Random",
        hyper_parameter_tuning_job_objective=shapes.HyperParameterTuningJobObjective(
            type="Maximize", metric_name="score"
        ),
        resource_limits=shapes.ResourceLimits(max_number_of_training_jobs=500, max_parallel_training_jobs=1),
        parameter_ranges=shapes.ParameterRanges(
            continuous_parameter_ranges=[
                shapes.ContinuousParameterRange(name="dose", min_value="0.0", max_value="1.0")
            ]
        ),
    ),
    training_job_definition=shapes.HyperParameterTrainingJobDefinition(
        role_arn=definition["RoleArn"],
        algorithm_specification=shapes.HyperParameterAlgorithmSpecification(
            training_image=definition["AlgorithmSpecification"]["TrainingImage"],
            training_input_mode="File",
            metric_definitions=[shapes.MetricDefinition(name="score", regex=r"score=(\\S+)")],
        ),
        static_hyper_parameters=definition["StaticHyperParameters"],
        input_data_config=[
            shapes.Channel(
                channel_name="train",
                data_source=shapes.DataSource(
                    s3_data_source=shapes.S3DataSource(s3_data_type="S3Prefix", s3_uri=uri)
                ),
            )
        ],
        output_data_config=shapes.OutputDataConfig(s3_output_path=definition["OutputDataConfig"]["S3OutputPath"]),
        resource_config=shapes.ResourceConfig(
            instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10
        ),
        stopping_condition=shapes.StoppingCondition(max_runtime_in_seconds=3600),
    ),
)
while not job.refresh().training_job_status_counters.completed:
    time.sleep(0.1)
job.stop()
job.wait(poll=1, timeout=100)
best = TrainingJob.get(job.best_training_job.training_job_name)
trainings = list(job.get_all_training_jobs())
print(json.dumps({
    "status": job.refresh().hyper_parameter_tuning_job_status,
    "best": best.training_job_name,
    "model": best.model_artifacts.s3_model_artifacts,
    "value": job.best_training_job.final_hyper_parameter_tuning_job_objective_metric.value,
    "values": [t.final_hyper_parameter_tuning_job_objective_metric.value for t in trainings
               if t.training_job_status == "Completed"],
}))
"""


def test_the_sdks_tuning_job_runs_a_job(peer: Peer, served: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(peer.request("by-sdk", **MANY)))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SDK],
        env={**served, "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])

    assert seen["status"] == "Stopped"
    assert seen["value"] == max(seen["values"])
    assert peer.describe("by-sdk")["BestTrainingJob"]["TrainingJobName"] == seen["best"]
    assert seen["model"] == f"s3://{BUCKET}/output/{seen['best']}/output/model.tar.gz"


def test_a_bare_signed_request_runs_a_job(peer: Peer, served: Mapping[str, str]) -> None:
    """As Terraform's provider and every SDK send it: SigV4, JSON 1.1, the operation in a header."""
    keys = Credentials(served["AWS_ACCESS_KEY_ID"], served["AWS_SECRET_ACCESS_KEY"])

    def ask(operation: str, **parameters: Any) -> Any:
        headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        body = json.dumps(parameters).encode()
        url = f"{served['AWS_ENDPOINT_URL']}/"
        request = AWSRequest("POST", url, headers=headers, data=body)
        SigV4Auth(keys, "sagemaker", served["AWS_DEFAULT_REGION"]).add_auth(request)
        sent = urllib.request.Request(url, body, dict(request.headers))  # noqa: S310  this machine's
        with urllib.request.urlopen(sent, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read() or b"{}")

    created = ask("CreateHyperParameterTuningJob", **peer.request("by-hand", **MANY))
    until(lambda: ask("DescribeHyperParameterTuningJob", **{NAME: "by-hand"})["TrainingJobStatusCounters"]["Completed"])
    ask("StopHyperParameterTuningJob", **{NAME: "by-hand"})
    until(lambda: ask("DescribeHyperParameterTuningJob", **{NAME: "by-hand"})[STATUS] == "Stopped")
    (listed,) = ask("ListHyperParameterTuningJobs", NameContains="by-hand")["HyperParameterTuningJobSummaries"]
    assert (listed["HyperParameterTuningJobArn"], listed[STATUS]) == (created["HyperParameterTuningJobArn"], "Stopped")
    ask("DeleteHyperParameterTuningJob", **{NAME: "by-hand"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask("DescribeHyperParameterTuningJob", **{NAME: "by-hand"})
    assert (caught.value.code, json.load(caught.value)["__type"]) == (400, "ResourceNotFound")
    caught.value.close()
