"""Those that stand for SageMaker, behind one face: the local session in this process, and plain boto3 over HTTP.

A pytest plugin.
"""

from __future__ import annotations

import copy
import io
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from front import moto_server, plain_session
from local_jobs import GOOD, WAIT_SECONDS, script_spec

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.request import to_request

BUCKET = "life"
LOCAL, HTTP = "local session", "boto3 over HTTP"
NAME = "HyperParameterTuningJobName"
# GOOD, and what it found in its channel goes into the model.
READS_ITS_CHANNEL = (
    GOOD
    + """
import pathlib
files = sorted(path for path in pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).rglob("*") if path.is_file())
print("channel holds " + ", ".join(path.name for path in files))
open(os.path.join(os.environ["SM_MODEL_DIR"], "data.txt"), "w").write("".join(path.read_text() for path in files))
"""
)


@dataclass(frozen=True)
class Peer:
    """A session, and what it takes to run a job in it with nothing but boto3."""

    name: str
    session: boto3.Session
    endpoint: str | None = None
    """To be set as AWS_ENDPOINT_URL."""

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint)

    def prepare(self) -> None:
        """A bucket with two data files."""
        storage = self.client("s3")
        storage.create_bucket(Bucket=BUCKET)
        for number in (1, 2):
            storage.put_object(Bucket=BUCKET, Key=f"data/train/{number}.csv", Body=f"{number}\n".encode())

    def request(self, name: str, script: str = READS_ITS_CHANNEL, **config: Any) -> dict[str, Any]:
        """A request for a job of two training jobs at a time, whose script is uploaded first."""
        self.client("s3").put_object(Bucket=BUCKET, Key=f"code/{name}.tar.gz", Body=_archive(script))
        request = copy.deepcopy(to_request(script_spec()))
        request[NAME] = name
        request["HyperParameterTuningJobConfig"] |= config
        definition = request["TrainingJobDefinition"]
        definition["StaticHyperParameters"] = {
            "rounds": "3",
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": f"s3://{BUCKET}/code/{name}.tar.gz",
        }
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/data/train"}
        definition["InputDataConfig"] = [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}]
        definition["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
        return request

    def create(self, request: Mapping[str, Any]) -> str:
        """Returns the job's name."""
        self.client("sagemaker").create_hyper_parameter_tuning_job(**request)
        name: str = request[NAME]
        return name

    def describe(self, name: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client("sagemaker").describe_hyper_parameter_tuning_job(**{NAME: name})
        return answer

    def wait(self, name: str, *, running: int | None = None) -> dict[str, Any]:
        """Until the job has ended, or so many of its training jobs run."""
        client, until = self.client("sagemaker"), time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            job: dict[str, Any] = client.describe_hyper_parameter_tuning_job(**{NAME: name})
            if job["HyperParameterTuningJobStatus"] not in {"InProgress", "Stopping"}:
                return job
            if running is not None and job["TrainingJobStatusCounters"]["InProgress"] >= running:
                return job
            time.sleep(0.1)
        message = f"{name} is {job['HyperParameterTuningJobStatus']} after {WAIT_SECONDS} s"
        raise AssertionError(message)

    def training_jobs(self, name: str, **request: Any) -> list[dict[str, Any]]:
        """All summaries, by name."""
        paginator = self.client("sagemaker").get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        pages = paginator.paginate(**{NAME: name, "SortBy": "Name", "SortOrder": "Ascending", **request})
        return [item for page in pages for item in page["TrainingJobSummaries"]]


@pytest.fixture(scope="module", params=[LOCAL, HTTP])
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """One engine for all tests of a module; nothing of which peer it is shows in the tests."""
    from smtune.local.http import Front

    settings = Settings(home=tmp_path_factory.mktemp("engine"), stop_grace=2)
    with ExitStack() as stack:
        if request.param == LOCAL:
            peer = Peer(LOCAL, LocalSession(settings))
        else:
            storage = stack.enter_context(moto_server())
            url = stack.enter_context(Front(settings, s3=storage).running())
            peer = Peer(HTTP, plain_session(), url)
        peer.prepare()
        yield peer


@pytest.fixture(scope="module")
def finished(peer: Peer) -> str:
    """The name of a job that has run to its end: three training jobs, two at a time."""
    name = peer.create(peer.request("finished"))
    peer.wait(name)
    return name


def _archive(script: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("train.py")
        member.size = len(script.encode())
        archive.addfile(member, io.BytesIO(script.encode()))
    return buffer.getvalue()
