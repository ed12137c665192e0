"""The local session is a real boto3 session that never leaves this machine."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_jobs import Run, wait_for

from smtune.local.session import LocalSession
from smtune.local.settings import Settings


def test_it_is_a_boto3_session_that_needs_no_profile(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://sagemaker.example")
    session = LocalSession(settings)

    assert isinstance(session, boto3.Session)
    assert session.client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []


def test_other_services_are_refused_not_called(session: LocalSession) -> None:
    with pytest.raises(ClientError, match="has no service 'iam'"):
        session.client("iam").list_roles()
    with pytest.raises(ClientError, match="does not answer GetBucketPolicy so far"):
        session.client("s3").get_bucket_policy(Bucket="bucket")
    with pytest.raises(ClientError, match="does not answer GetSessionToken so far"):
        session.client("sts").get_session_token()
    with pytest.raises(ClientError, match="does not answer DescribeLogGroups so far"):
        session.client("logs").describe_log_groups()


def test_two_sessions_share_their_state(submit: Run, session: LocalSession, settings: Settings) -> None:
    name = submit()
    other = LocalSession(settings)

    assert other.knows(name)
    assert not other.knows("another")
    wait_for(other, name)


def test_the_sdks_tuning_job_runs_on_it(submit: Run, session: LocalSession) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sagemaker.core.resources import HyperParameterTuningJob, TrainingJob

        name = submit()
        job: Any = HyperParameterTuningJob.get(hyper_parameter_tuning_job_name=name, session=session)
        job.wait(poll=1, timeout=60)
        training: Any = TrainingJob.get(job.best_training_job.training_job_name, session=session)
        everything = list(job.get_all_training_jobs(session=session))

    assert job.hyper_parameter_tuning_job_status == "Completed"
    assert training.training_job_status == "Completed"
    assert training.model_artifacts.s3_model_artifacts.endswith("/output/model.tar.gz")
    assert len(everything) == 3


def test_objects_are_files(session: LocalSession, tmp_path: Path) -> None:
    storage: Any = session.client("s3")
    (tmp_path / "a.txt").write_text("hello")
    storage.upload_file(str(tmp_path / "a.txt"), "bucket", "data/a b/ä.txt")
    storage.put_object(Bucket="bucket", Key="data/c", Body=b"12345")
    storage.upload_fileobj(io.BytesIO(b"x" * 20_000_000), "bucket", "large")

    assert session.path_of("s3://bucket/data/a b/ä.txt").read_text() == "hello"
    assert storage.get_object(Bucket="bucket", Key="data/c")["Body"].read() == b"12345"
    assert storage.get_object(Bucket="bucket", Key="data/c", Range="bytes=1-3")["Body"].read() == b"234"
    storage.download_file("bucket", "large", str(tmp_path / "copy"))
    assert (tmp_path / "copy").stat().st_size == 20_000_000
    assert storage.head_object(Bucket="bucket", Key="data/c")["ContentLength"] == 5
    with pytest.raises(storage.exceptions.NoSuchKey):
        storage.get_object(Bucket="bucket", Key="nothing")
    with pytest.raises(ClientError, match="404"):
        storage.head_object(Bucket="bucket", Key="nothing")


def test_lists_have_pages_and_prefixes(session: LocalSession) -> None:
    storage: Any = session.client("s3")
    for number in range(7):
        storage.put_object(Bucket="bucket", Key=f"data/{number}", Body=b"")
    storage.put_object(Bucket="bucket", Key="data-other", Body=b"")
    pages = list(
        storage.get_paginator("list_objects_v2").paginate(
            Bucket="bucket", Prefix="data/", PaginationConfig={"PageSize": 3}
        )
    )

    assert [item["Key"] for page in pages for item in page["Contents"]] == [f"data/{number}" for number in range(7)]
    assert len(pages) == 3
    assert storage.list_objects_v2(Bucket="bucket", Prefix="data")["KeyCount"] == 8
    assert storage.list_objects_v2(Bucket="empty")["KeyCount"] == 0


@pytest.mark.parametrize("key", ["../escape", "a/../../escape", "a/./b", "nul\0"])
def test_a_key_cannot_leave_its_bucket(session: LocalSession, key: str) -> None:
    with pytest.raises(ClientError, match="cannot be a file's path"):
        session.client("s3").put_object(Bucket="bucket", Key=key, Body=b"")
