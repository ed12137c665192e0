"""The faults that other tests inject do what they say, on the local engine and on moto alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from faults import INTERNAL, FakeClock, Faults, Killed
from local_jobs import Run, training_jobs, wait_for
from moto import mock_aws

from smtune.local.session import LocalSession
from smtune.local.settings import Settings


def fresh() -> LocalSession:
    return LocalSession(Settings.from_environment())


@pytest.fixture(params=["local", "moto"])
def peer(request: pytest.FixtureRequest) -> Iterator[boto3.Session]:
    if request.param == "local":
        yield fresh()
        return
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name="us-east-1")


def error_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def _outcome(call: Callable[[], Any]) -> str:
    """The error's code, or nothing."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_calls_are_counted_and_fail_where_they_should(peer: boto3.Session) -> None:
    faults = Faults(peer)
    faults.fail("s3.HeadBucket", INTERNAL, at=[2])
    storage: Any = peer.client("s3")
    storage.create_bucket(Bucket="bucket")
    storage.head_bucket(Bucket="bucket")
    with pytest.raises(ClientError) as caught:
        storage.head_bucket(Bucket="bucket")
    storage.head_bucket(Bucket="bucket")

    assert error_of(caught) == "InternalFailure"
    assert faults.calls == {"CreateBucket": 1, "HeadBucket": 3}
    assert faults.log == ["s3.CreateBucket", *["s3.HeadBucket"] * 3]


def test_a_cut_call_does_nothing_and_a_lost_one_does_it(peer: boto3.Session) -> None:
    faults = Faults(peer)
    faults.cut("PutObject", at=[1])
    faults.lose("PutObject", at=[1])
    storage: Any = peer.client("s3")
    storage.create_bucket(Bucket="bucket")
    with pytest.raises(EndpointConnectionError):
        storage.put_object(Bucket="bucket", Key="a", Body=b"")
    assert storage.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    with pytest.raises(ReadTimeoutError):
        storage.put_object(Bucket="bucket", Key="a", Body=b"")
    assert storage.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


def test_a_token_bucket_fills_with_the_clock(peer: boto3.Session) -> None:
    clock = FakeClock()
    faults = Faults(peer, clock)
    faults.throttle("sts.*", rate=2)
    identity: Any = peer.client("sts")

    def outcomes(calls: int) -> list[str]:
        return [_outcome(identity.get_caller_identity) for _ in range(calls)]

    assert outcomes(3) == ["", "", "ThrottlingException"]
    clock.sleep(1.5)
    assert outcomes(3) == ["", "", "ThrottlingException"], "the bucket holds no more than its burst"
    clock.sleep(0.5)
    assert outcomes(2) == ["", "ThrottlingException"]


def test_credentials_expire_until_they_are_renewed(peer: boto3.Session) -> None:
    faults = Faults(peer)
    faults.expire(after=1)
    identity: Any = peer.client("sts")
    identity.get_caller_identity()
    with pytest.raises(ClientError) as caught:
        identity.get_caller_identity()
    assert error_of(caught) == "ExpiredTokenException"
    with pytest.raises(ClientError) as caught:
        peer.client("s3").list_objects_v2(Bucket="bucket")
    assert error_of(caught) == "ExpiredToken"
    faults.renew()
    identity.get_caller_identity()


@pytest.mark.parametrize(("when", "kept"), [("before", 1), ("after", 2)])
def test_a_crash_comes_before_or_after_its_call(peer: boto3.Session, when: Any, kept: int) -> None:
    faults = Faults(peer)
    storage: Any = peer.client("s3")
    storage.create_bucket(Bucket="bucket")
    faults.crash(3, when)
    storage.put_object(Bucket="bucket", Key="a", Body=b"")
    with pytest.raises(Killed, match=r"call 3: s3\.PutObject"):
        storage.put_object(Bucket="bucket", Key="b", Body=b"")
    with pytest.raises(Killed):
        storage.put_object(Bucket="bucket", Key="c", Body=b"")  # the dead make no calls
    faults.clear()
    assert storage.list_objects_v2(Bucket="bucket")["KeyCount"] == kept


def test_a_delay_passes_by_the_clock() -> None:
    session, clock = fresh(), FakeClock()
    Faults(session, clock).delay("Get*", 5, at=[2])
    for _ in range(3):
        session.client("sts").get_caller_identity()
    assert clock.slept == [5]


def test_a_new_job_is_missed_for_some_looks_and_a_spot_job_interrupted_once(submit: Run) -> None:
    name = submit(changes={"limits": {"jobs": 1}})
    wait_for(fresh(), name)
    request = fresh().client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    session = fresh()
    faults = Faults(session)
    faults.lag(looks=2)
    client: Any = session.client("sagemaker")
    definition = dict(request["TrainingJobDefinition"])
    client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="another",
        HyperParameterTuningJobConfig=request["HyperParameterTuningJobConfig"],
        TrainingJobDefinition=definition,
    )
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="another")
    listed = client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert [item["HyperParameterTuningJobName"] for item in listed] == [name]
    wait_for(session, "another")

    training = training_jobs(session, name)[0]["TrainingJobName"]
    faults.interrupt_spot()
    looks = [client.describe_training_job(TrainingJobName=training) for _ in range(3)]
    assert [look["SecondaryStatus"] for look in looks] == ["Interrupted", "Starting", "Completed"]
    assert [look["TrainingJobStatus"] for look in looks] == ["InProgress", "InProgress", "Completed"]
    statuses = [item["Status"] for item in looks[2]["SecondaryStatusTransitions"]]
    whole = ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert statuses == ["Starting", "Training", "Interrupted", *whole]
