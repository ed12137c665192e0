"""What goes over the wire: signed requests of this machine only, each service in its protocol, the rest handed on."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from local_jobs import script_spec
from recorded_jobs import Ran, record_job

from smtune.local.http import Front
from smtune.local.settings import Settings
from smtune.request import to_request


def signed(service: str, **headers: str) -> dict[str, str]:
    scope = f"AKID/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0", **headers}


def as_json(operation: str, service: str = "sagemaker") -> dict[str, str]:
    return signed(service, **{"X-Amz-Target": f"Prefix.{operation}", "Content-Type": "application/x-amz-json-1.1"})


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    """A front with nothing beside it."""
    with Front(settings).running() as url:
        yield url


def utc(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def post(url: str, body: bytes | str, headers: dict[str, str]) -> requests.Response:
    return requests.post(url, data=body, headers=headers, timeout=30)


def test_json_carries_times_as_numbers_and_errors_by_type(url: str, settings: Settings) -> None:
    record_job(settings, "toy", [Ran()], began=1_790_000_000.5)
    body = '{"HyperParameterTuningJobName": "toy"}'
    answer = post(url, body, as_json("DescribeHyperParameterTuningJob"))
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert answer.json()["CreationTime"] == 1_790_000_000.5
    refused = post(url, body.replace("toy", "none"), as_json("DescribeHyperParameterTuningJob"))
    assert refused.status_code == 400
    assert refused.json()["__type"] == "ResourceNotFound"
    assert "none" in refused.json()["message"]


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("Guess", "{}", "UnknownOperationException"),
        ("ListModels", "{}", "UnknownOperationException"),
        ("ListTrainingJobs", "[", "SerializationException"),
        ("ListTrainingJobs", "[]", "SerializationException"),
        ("ListTrainingJobs", '{"MaxResults": "many"}', "ValidationException"),
        ("ListTrainingJobs", '{"MaxResults": 101}', "ValidationException"),
        ("DescribeTrainingJob", "{}", "ValidationException"),
    ],
)
def test_what_is_no_request_of_the_api_is_refused(url: str, operation: str, body: str, code: str) -> None:
    answer = post(url, body, as_json(operation))
    assert (answer.status_code, answer.json()["__type"]) == (400, code)


def test_the_query_protocol_is_a_form_one_way_and_xml_the_other(url: str, settings: Settings) -> None:
    began = int(time.time()) // 300 * 300 - 3_600
    name = record_job(settings, "toy", [Ran((1, 3))], began=began)[0]
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = {
        "Action": "GetMetricStatistics",
        "Version": "2010-08-01",
        "Namespace": "/aws/sagemaker/TrainingJobs",
        "MetricName": "score",
        "Dimensions.member.1.Name": "TrainingJobName",
        "Dimensions.member.1.Value": name,
        "StartTime": utc(began),
        "EndTime": utc(began + 600),
        "Period": "300",
        "Statistics.member.1": "Average",
        "Statistics.member.2": "Maximum",
    }
    root = ET.fromstring(post(url, urlencode(request), signed("monitoring", **form)).content)  # noqa: S314
    found = {item.tag.partition("}")[2]: item.text for item in root.iter()}
    assert (found["Average"], found["Maximum"], found["Label"]) == ("2.0", "3.0", "score")
    assert found["Timestamp"] == utc(began)

    wrong = post(url, urlencode({**request, "Period": "7"}), signed("monitoring", **form))
    details = {item.tag: item.text for item in ET.fromstring(wrong.content).iter()}  # noqa: S314
    assert (wrong.status_code, details["Code"], details["Type"]) == (400, "InvalidParameterValue", "Sender")


def test_a_body_without_a_length_or_too_large_is_not_read(url: str) -> None:
    headers = as_json("ListTrainingJobs")
    chunked = requests.post(url, data=iter([b"{}"]), headers=headers, timeout=30)
    assert chunked.status_code == 411
    with closing(http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=30)) as connection:
        connection.request("POST", "/", headers={**headers, "Content-Length": str(1 << 30)})
        assert connection.getresponse().status == 413


def test_a_bug_is_an_answer_of_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(settings)

    def broken(*_: Any) -> None:
        raise KeyError("secret-hyperparameter")

    monkeypatch.setattr(front.engine, "call", broken)
    with front.running() as url:
        answer = post(url, "{}", as_json("ListTrainingJobs"))
    assert (answer.status_code, answer.json()["__type"]) == (500, "InternalFailure")
    assert "secret-hyperparameter" not in answer.text


def test_what_is_not_here_is_said(url: str) -> None:
    answer = requests.get(f"{url}/", headers=signed("ecr"), timeout=30)
    assert answer.status_code == 501
    assert "sagemaker, s3, logs, cloudwatch and sts only" in answer.text


def test_s3_that_does_not_answer_is_unavailable_not_a_hang(settings: Settings) -> None:
    with Front(settings, s3="http://127.0.0.1:9").running() as url:
        answer = requests.put(f"{url}/bucket/key", data=b"x", headers=signed("s3"), timeout=30)
        create = post(url, json.dumps(_minimal()), as_json("CreateHyperParameterTuningJob"))
    assert answer.status_code == 503
    assert (create.status_code, create.json()["__type"]) == (500, "InternalFailure")


def test_everything_else_is_handed_through_unchanged(http_session: boto3.Session) -> None:
    storage: Any = http_session.client("s3")
    storage.create_bucket(Bucket="bucket")
    body = bytes(range(256)) * 40_000
    storage.put_object(Bucket="bucket", Key="a b/ä?&=", Body=body, Metadata={"note": "x y"})

    assert storage.get_object(Bucket="bucket", Key="a b/ä?&=")["Body"].read() == body
    assert storage.head_object(Bucket="bucket", Key="a b/ä?&=")["Metadata"] == {"note": "x y"}
    assert [item["Key"] for item in storage.list_objects_v2(Bucket="bucket")["Contents"]] == ["a b/ä?&="]
    for version in ("s3", "s3v4"):
        signer: Any = http_session.client("s3", config=Config(signature_version=version))
        link = signer.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "a b/ä?&="})
        assert requests.get(link, timeout=30).content == body
    storage.delete_object(Bucket="bucket", Key="a b/ä?&=")
    with pytest.raises(ClientError, match="404"):
        storage.head_object(Bucket="bucket", Key="a b/ä?&=")
    assert http_session.client("iam").list_roles()["Roles"] == []


def test_a_large_file_goes_through_in_parts(http_session: boto3.Session, tmp_path: Any) -> None:
    (tmp_path / "large").write_bytes(os.urandom(9 << 20))
    storage: Any = http_session.client("s3")
    storage.create_bucket(Bucket="bucket")
    storage.upload_file(str(tmp_path / "large"), "bucket", "large")
    storage.download_file("bucket", "large", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "large").read_bytes()


def _minimal() -> dict[str, Any]:
    request = dict(to_request(script_spec()))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}}
    definition = {**request["TrainingJobDefinition"], "InputDataConfig": [{"ChannelName": "a", "DataSource": source}]}
    return {**request, "TrainingJobDefinition": definition, "HyperParameterTuningJobName": "toy"}
