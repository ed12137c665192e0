"""A launch does the same on every peer: the local engine, and moto where moto is real (S3, names, tags)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from local_jobs import GOOD, script_spec

from smtune.control import stop
from smtune.data.prepare import prepare
from smtune.errors import ConfigurationError
from smtune.execute import launch
from smtune.plan import SPEC_TAG, Plan, plan
from smtune.session import connect, find_session, is_local, locate, site_of
from smtune.spec import dump_spec, load_spec


@pytest.fixture
def peer(either_peer: boto3.Session) -> boto3.Session:
    if not is_local(either_peer):
        either_peer.client("s3").create_bucket(Bucket=site_of(either_peer).bucket_name)
    return either_peer


def planned(session: boto3.Session, folder: Path, **changes: Any) -> Plan:
    spec = script_spec(data={"source": "table.csv"}, **changes)
    (folder / "train.py").write_text(GOOD)
    (folder / "table.csv").write_text("label,a\n" + "1,2\n0,3\n" * 20)
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    for old in sorted(workspace.rglob("*"), reverse=True):
        old.rmdir() if old.is_dir() else old.unlink()
    return plan(spec, prepare(spec, folder, workspace), site=site_of(session))


def test_data_code_and_spec_are_where_the_request_says(peer: boto3.Session, tmp_path: Path) -> None:
    what = planned(peer, tmp_path)
    name = launch(peer, what).name
    job: Any = peer.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    storage = peer.client("s3")

    def keys(uri: str) -> list[str]:
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        found = storage.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"].rpartition("/")[2] for item in found]

    definition = job["TrainingJobDefinition"]
    uris = {item["ChannelName"]: item["DataSource"]["S3DataSource"]["S3Uri"] for item in definition["InputDataConfig"]}
    assert {channel: keys(uri) for channel, uri in uris.items()} == {
        "train": ["train.csv"],
        "validation": ["validation.csv"],
    }
    assert keys(definition["StaticHyperParameters"]["sagemaker_submit_directory"]) == ["sourcedir.tar.gz"]
    assert job["HyperParameterTuningJobConfig"] == what.request["HyperParameterTuningJobConfig"]


def test_the_spec_is_kept_beside_the_job(peer: boto3.Session, tmp_path: Path) -> None:
    what = planned(peer, tmp_path)
    name = launch(peer, what).name
    arn = peer.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    tags = peer.client("sagemaker").list_tags(ResourceArn=arn["HyperParameterTuningJobArn"])["Tags"]
    uri = next(tag["Value"] for tag in tags if tag["Key"] == SPEC_TAG)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    text = peer.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    assert dump_spec(load_spec(text)) == text
    assert "source: table.csv" in text, "as it was written, not as a path of this machine"


def test_what_is_there_already_is_not_sent_again(
    peer: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    launch(peer, planned(peer, tmp_path))
    peer.events.register("provide-client-params.s3.PutObject", lambda params, **_: sent.append(params["Key"]))
    launch(peer, planned(peer, tmp_path))

    assert [key.rpartition("/")[2] for key in sent] == ["spec.yaml"]


def test_the_same_plan_is_launched_once(peer: boto3.Session, tmp_path: Path) -> None:
    what = planned(peer, tmp_path)
    first, second = launch(peer, what), launch(peer, what)
    assert (first.outcome, second.outcome) == ("created", "found")
    assert (first.name, first.arn) == (second.name, second.arn)
    jobs = peer.client("sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert [job["HyperParameterTuningJobName"] for job in jobs] == [first.name]


def test_aws_needs_a_region_and_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="no AWS region: set AWS_REGION, or use this machine: --local"):
        connect("aws")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with pytest.raises(ConfigurationError, match="Unable to locate credentials"):
        site_of(connect("aws"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigurationError, match="nobody"):
        connect("aws")


def test_a_job_is_looked_for_here_first(tmp_path: Path) -> None:
    session = connect("local")
    name = launch(session, planned(session, tmp_path)).name

    assert is_local(find_session(name))
    assert locate(session, "s3://bucket/key").endswith("/s3/bucket/key")
    assert locate(boto3.Session(region_name="us-east-1"), "s3://bucket/key") == "s3://bucket/key"
    stop(session, name)
