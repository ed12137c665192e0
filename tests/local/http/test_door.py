"""Who may come in: signed requests of this machine, never a page in a browser; from elsewhere with the token only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from smtune.errors import UsageError
from smtune.local.http import Door, Front
from smtune.local.settings import Settings

TOKEN = "a-token-of-24-characters"  # noqa: S105  for this test
LIST = {"X-Amz-Target": "SageMaker.ListTrainingJobs", "Content-Type": "application/x-amz-json-1.1"}


def signed(service: str = "sagemaker", key: str = "any", **headers: str) -> dict[str, str]:
    scope = f"{key}/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0", **headers}


def status(url: str, headers: dict[str, str], method: str = "POST") -> int:
    return requests.request(method, url, data="{}", headers=headers, timeout=30).status_code


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def url(home: Settings) -> Iterator[str]:
    with Front(home).running() as url:
        yield url


@pytest.fixture(scope="module")
def guarded(home: Settings) -> Iterator[str]:
    """The address of a front that others can reach, as this machine reaches it."""
    with Front(home, Door("0.0.0.0", token=TOKEN)).running() as url:  # noqa: S104  that is what is tested
        yield url


def client(url: str, service: str, key: str = "any", **config: Any) -> Any:
    session = boto3.Session(key, "secret", region_name="us-east-1")
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}, **config))


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("sagemaker", "list_training_jobs"),
        ("logs", "describe_log_streams"),
        ("sts", "get_caller_identity"),
        ("cloudwatch", "list_metrics"),
        ("s3", "list_buckets"),
    ],
)
def test_what_is_not_signed_is_told_so_as_its_service_does(url: str, service: str, call: str) -> None:
    operation = getattr(client(url, service, signature_version=UNSIGNED), call)
    with pytest.raises(ClientError, match="Missing Authentication Token") as caught:
        operation(**({"logGroupName": "group"} if service == "logs" else {}))
    assert caught.value.response["Error"]["Code"] == "MissingAuthenticationTokenException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_rest_json_reads_the_error_from_a_header(url: str) -> None:
    answer = requests.post(f"{url}/BatchGetMetrics", data="{}", timeout=30)
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    "change",
    [
        {"Authorization": "Bearer token"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Origin": "https://page.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_pages_in_a_browser_and_other_hosts_stay_outside(url: str, change: dict[str, str]) -> None:
    assert status(url, {**signed(), **LIST}) == 200
    assert status(url, {**signed(), **LIST, **change}) == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.9.9.9:1", "[::1]:80", "bucket.s3.localhost"])
def test_every_name_of_this_machine_will_do(url: str, host: str) -> None:
    assert status(url, {**signed(), **LIST, "Host": host}) == 200


def test_a_link_reads_and_writes_objects_but_a_form_of_a_page_can_not(url: str) -> None:
    link = f"{url}/bucket/key?X-Amz-Credential=a/20260101/us-east-1/s3/aws4_request&X-Amz-Signature=0"
    assert status(link, {}, "PUT") == 200
    assert status(link, {}, "GET") == 200
    assert status(f"{link}&uploads", {}, "POST") == 403
    assert status(f"{url}/bucket?delete&{link.partition('?')[2]}", {}, "POST") == 403
    assert status(link.replace("/s3/", "/sagemaker/"), {}, "GET") == 403, "only S3 has links"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "tuning.example"])  # noqa: S104
def test_another_address_needs_a_token(host: str) -> None:
    with pytest.raises(UsageError, match="lets other machines in: give a token"):
        Door(host)
    assert not Door(host, token=TOKEN).is_closed
    assert TOKEN not in repr(Door(host, token=TOKEN))


@pytest.mark.parametrize("token", ["", "short", "with spaces in between", "a/b/c/d/e/f/g/h/i/j", "ü" * 20])
def test_a_token_is_an_access_key_id(token: str) -> None:
    with pytest.raises(UsageError, match="16 to 128 letters"):
        Door(token=token)


def test_with_a_token_it_is_the_access_key_id_of_every_client(guarded: str) -> None:
    sagemaker = client(guarded, "sagemaker", TOKEN)
    assert sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
    storage = client(guarded, "s3", TOKEN)
    storage.put_object(Bucket="bucket", Key="key", Body=b"text")
    link = storage.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert requests.get(link, timeout=30).text == "text"
    assert requests.get(link.replace(TOKEN, TOKEN[::-1]), timeout=30).status_code == 403
    for key in ("any", TOKEN[:-1], TOKEN + "x", TOKEN.upper()):
        with pytest.raises(ClientError, match="security token included in the request is invalid") as caught:
            client(guarded, "sagemaker", key).list_training_jobs()
        assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_with_a_token_any_name_leads_here_but_no_page_comes_in(guarded: str) -> None:
    headers = {**signed(key=TOKEN), **LIST}
    assert status(guarded, {**headers, "Host": "tuning.example"}) == 200
    assert status(guarded, {**headers, "Origin": "http://tuning.example"}) == 403
    assert status(guarded, {**signed(key="guessed"), **LIST, "Host": "rebound.example"}) == 403


def test_ipv6_will_do(home: Settings) -> None:
    with Front(home, Door("::1")).running() as url:
        assert url.startswith("http://[::1]:")
        assert status(url, {**signed(), **LIST}) == 200


def test_neither_keys_nor_signatures_are_logged_or_kept(
    home: Settings, url: str, guarded: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    key, signature = "AKIDNOBODYMAYSEE", "5157b07a5157b07a"
    for place in (url, guarded):
        headers = signed(key=key) | LIST
        headers["Authorization"] = headers["Authorization"].replace("Signature=0", f"Signature={signature}")
        status(place, headers)
        status(f"{place}/bucket/{{", signed("s3", key=key), "PUT")
    own = [record.getMessage() for record in caplog.records if record.name.startswith("smtune")]
    seen = json.dumps([own, *capfd.readouterr()])
    kept = b"".join(file.read_bytes() for file in home.home.rglob("*") if file.is_file())
    for secret in (key, signature):
        assert secret not in seen
        assert secret.encode() not in kept
