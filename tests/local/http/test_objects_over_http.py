"""S3 on the engine's folder, over HTTP: as boto3 reads and writes it, and as other SDKs send it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from front import plain_session

from smtune.local.crc import Crc
from smtune.local.http import Front
from smtune.local.session import LocalSession
from smtune.local.settings import Settings

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, Signature=0"}
ODD = "a b/ä?&=+%25/\u2028\u0007"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def url(engine: Settings) -> Iterator[str]:
    with Front(engine).running() as url:
        yield url


@pytest.fixture(scope="module")
def storage(url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return plain_session().client("s3", endpoint_url=url, config=config)


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_an_object_has_its_bytes_headers_and_checksum(storage: Any) -> None:
    body = bytes(range(256)) * 4_000
    put = storage.put_object(Bucket="facts", Key=ODD, Body=body, Metadata={"note": "x y"}, ContentType="text/csv")
    got = storage.get_object(Bucket="facts", Key=ODD, ChecksumMode="ENABLED")

    assert got["Body"].read() == body
    assert (got["ETag"], got["ChecksumCRC32"]) == (put["ETag"], put["ChecksumCRC32"])
    head = storage.head_object(Bucket="facts", Key=ODD)
    assert (head["Metadata"], head["ContentType"]) == ({"note": "x y"}, "text/csv")
    assert (head["ContentLength"], head["LastModified"]) == (len(body), got["LastModified"])
    part = storage.get_object(Bucket="facts", Key=ODD, Range="bytes=10-19")
    assert (part["Body"].read(), part["ContentRange"]) == (body[10:20], f"bytes 10-19/{len(body)}")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    copied = storage.copy_object(Bucket="facts", Key="copy", CopySource={"Bucket": "facts", "Key": ODD})
    assert copied["CopyObjectResult"]["ETag"] == put["ETag"]


def test_lists_come_in_pages_whatever_the_keys_hold(storage: Any) -> None:
    keys = sorted([*(f"data/{number}" for number in range(4)), ODD, "last"])
    for key in keys:
        storage.put_object(Bucket="pages", Key=key, Body=b"x")
    for operation in ("list_objects_v2", "list_objects"):
        pages = list(storage.get_paginator(operation).paginate(Bucket="pages", PaginationConfig={"PageSize": 2}))
        assert [[item["Key"] for item in page["Contents"]] for page in pages] == [keys[0:2], keys[2:4], keys[4:6]]
    grouped = storage.list_objects_v2(Bucket="pages", Delimiter="/", MaxKeys=2)
    assert [item["Prefix"] for item in grouped["CommonPrefixes"]] == ["a b/", "data/"]
    assert grouped["IsTruncated"]
    assert storage.list_objects_v2(Bucket="pages", Prefix="nothing")["KeyCount"] == 0
    with pytest.raises(ClientError, match="continuation token") as caught:
        storage.list_objects_v2(Bucket="pages", ContinuationToken="\xe4")
    assert code(caught) == "InvalidArgument"


def test_buckets_come_and_go(storage: Any) -> None:
    storage.create_bucket(Bucket="short-lived")
    assert "short-lived" in [item["Name"] for item in storage.list_buckets()["Buckets"]]
    assert storage.get_bucket_location(Bucket="short-lived")["LocationConstraint"] is None
    storage.put_object(Bucket="short-lived", Key="folder/key", Body=b"")
    with pytest.raises(ClientError) as caught:
        storage.delete_bucket(Bucket="short-lived")
    assert code(caught) == "BucketNotEmpty"
    deleted = storage.delete_objects(Bucket="short-lived", Delete={"Objects": [{"Key": "folder/key"}]})
    assert [item["Key"] for item in deleted["Deleted"]] == ["folder/key"]
    storage.delete_bucket(Bucket="short-lived")
    for call in (storage.head_bucket, storage.delete_bucket):
        with pytest.raises(ClientError) as caught:
            call(Bucket="short-lived")
        assert code(caught) in {"404", "NoSuchBucket"}


def test_the_bucket_that_the_sdk_takes_for_granted_is_there(storage: Any) -> None:
    storage.head_bucket(Bucket="sagemaker-eu-west-1-000000000000")
    with pytest.raises(ClientError, match="404"):
        storage.head_bucket(Bucket="sagemaker-eu-west-1-111111111111")


def test_a_large_file_goes_in_parts(storage: Any, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(9 << 20))
    storage.upload_file(str(tmp_path / "large"), "parts", "large")
    storage.download_file("parts", "large", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "large").read_bytes()
    begun = storage.create_multipart_upload(Bucket="parts", Key="other")
    place = {"Bucket": "parts", "Key": "other", "UploadId": begun["UploadId"]}
    storage.upload_part(**place, PartNumber=1, Body=b"text")
    assert [part["Size"] for part in storage.list_parts(**place)["Parts"]] == [4]
    assert [item["Key"] for item in storage.list_multipart_uploads(Bucket="parts")["Uploads"]] == ["other"]
    storage.abort_multipart_upload(**place)
    assert "Uploads" not in storage.list_multipart_uploads(Bucket="parts")


def test_the_newer_checksums_are_checked(storage: Any) -> None:
    """CRC-64/NVME is what version 2 of the AWS CLI sends."""
    crc = Crc("crc64nvme")
    crc.update(b"text")
    right = base64.b64encode(crc.digest()).decode()
    storage.put_object(Bucket="sums", Key="key", Body=b"text", ChecksumCRC64NVME=right)
    assert storage.head_object(Bucket="sums", Key="key", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == right
    with pytest.raises(ClientError) as caught:
        storage.put_object(Bucket="sums", Key="other", Body=b"else", ChecksumCRC64NVME=right)
    assert code(caught) == "BadDigest"
    assert storage.list_objects_v2(Bucket="sums")["KeyCount"] == 1

    begun = storage.create_multipart_upload(Bucket="sums", Key="parts", ChecksumAlgorithm="CRC64NVME")
    assert begun["ChecksumType"] == "FULL_OBJECT", "this one is never made of the parts' own"
    place = {"Bucket": "sums", "Key": "parts", "UploadId": begun["UploadId"]}
    part = storage.upload_part(**place, PartNumber=1, Body=b"text", ChecksumCRC64NVME=right)
    sent = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC64NVME": part["ChecksumCRC64NVME"]}
    assert storage.complete_multipart_upload(**place, MultipartUpload={"Parts": [sent]})["ChecksumCRC64NVME"] == right


CHUNKED = {"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked,gzip"}
CRC = {"X-Amz-Trailer": "x-amz-checksum-crc32"}


def in_chunks(*parts: bytes, trailer: str = "") -> bytes:
    chunks = b"".join(b"%x;chunk-signature=0\r\n%b\r\n" % (len(part), part) for part in (*parts, b"") if part)
    return chunks + b"0\r\n" + (f"x-amz-checksum-crc32:{trailer}\r\n".encode() if trailer else b"") + b"\r\n"


@pytest.mark.parametrize("streamed", [False, True], ids=["of a length", "of unknown length"])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (in_chunks(b"hello ", b"world"), {}, 200),
        (in_chunks(b"hello ", b"world", trailer="DUoRhQ=="), CRC, 200),
        (in_chunks(b"hello ", b"world", trailer="AAAAAA=="), CRC, 400),
        (in_chunks(b"hello world")[:-12], {}, 400),
        (b"hello world", {}, 400),
        (b"-5\r\nhello", {}, 400),
    ],
)
def test_chunks_of_other_sdks_are_taken_apart(
    url: str, storage: Any, body: bytes, headers: dict[str, str], status: int, streamed: bool
) -> None:
    data: Any = iter([body[:9], body[9:]]) if streamed else body  # requests sends an iterator in HTTP's own chunks
    answer = requests.put(f"{url}/chunks/key", data=data, headers={**SIGNED, **CHUNKED, **headers}, timeout=30)

    assert answer.status_code == status
    if status == 200:
        got = storage.get_object(Bucket="chunks", Key="key")
        assert (got["Body"].read(), got["ContentEncoding"]) == (b"hello world", "gzip")
        storage.delete_object(Bucket="chunks", Key="key")
    else:
        assert storage.list_objects_v2(Bucket="chunks")["KeyCount"] == 0, "all of an object or nothing"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/bucket/nothing", 404, "NoSuchKey"),
        ("GET", "/bucket?policy", 501, "NotImplemented"),
        ("GET", "/%2e%2e/key", 400, "InvalidBucketName"),
        ("PUT", "/.facts/key", 400, "InvalidBucketName"),
        ("PUT", "/bucket/../../key", 400, "InvalidArgument"),
        ("PUT", "/bucket/%2e%2e/%2e%2e/key", 400, "InvalidArgument"),
        ("PUT", f"/bucket/{'a' * 300}", 400, "InvalidArgument"),
        ("POST", "/bucket?delete", 400, "MalformedXML"),
        ("GET", "/bucket?list-type=2&max-keys=many", 400, "InvalidArgument"),
        ("PUT", "/bucket/key?uploadId=x&partNumber=one", 404, "NoSuchUpload"),
        ("DELETE", "/", 405, "MethodNotAllowed"),
        ("GET", "/bucket/a-file?response-content-type=a%0d%0ab:%20c", 400, "InvalidArgument"),
    ],
)
def test_what_makes_no_sense_is_refused_as_s3_does(url: str, method: str, path: str, status: int, code: str) -> None:
    requests.put(f"{url}/bucket/a-file", headers=SIGNED, timeout=30)
    request = requests.Request(method, url, headers=SIGNED, data=b"<" if method == "POST" else b"").prepare()
    request.url = f"{url}{path}"  # requests would tidy it up
    with requests.Session() as session:
        answer = session.send(request, timeout=30)
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True)


def test_a_file_and_a_folder_of_one_name_cannot_both_be(storage: Any) -> None:
    storage.put_object(Bucket="both", Key="a", Body=b"")
    storage.put_object(Bucket="both", Key="b/c", Body=b"")
    for key in ("a/b", "b"):
        with pytest.raises(ClientError, match="A key is a file's path here") as caught:
            storage.put_object(Bucket="both", Key=key, Body=b"")
        assert code(caught) == "InvalidArgument", "which no client repeats"


def test_what_a_client_has_already_has_no_body(url: str, storage: Any) -> None:
    put = storage.put_object(Bucket="known", Key="key", Body=b"text")
    with requests.Session() as session:
        for asked, answered in (({"If-None-Match": put["ETag"]}, (304, "")), ({"Range": "bytes=3-2"}, (200, "text"))):
            answer = session.get(f"{url}/known/key", headers={**SIGNED, **asked}, timeout=5)
            assert (answer.status_code, answer.text) == answered, "and the connection goes on"


def test_a_link_may_say_how_its_object_is_to_be_shown(storage: Any) -> None:
    storage.put_object(Bucket="shown", Key="key", Body=b"text", ContentType="text/csv")
    wished = {"ResponseContentType": "text/plain", "ResponseContentDisposition": 'attachment; filename="a b.txt"'}
    link = storage.generate_presigned_url("get_object", Params={"Bucket": "shown", "Key": "key", **wished})
    answer = requests.get(link, timeout=30)
    assert (answer.text, answer.headers["Content-Type"]) == ("text", "text/plain")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a b.txt"'


def test_the_end_of_a_line_in_a_key_stays_what_it_is(storage: Any) -> None:
    keys = ["a\rb", "a\nb", "a\r\nb"]
    for key in keys:
        storage.put_object(Bucket="lines", Key=key, Body=b"")
    deleted = storage.delete_objects(Bucket="lines", Delete={"Objects": [{"Key": key} for key in keys]})
    assert [item["Key"] for item in deleted["Deleted"]] == keys
    assert storage.list_objects_v2(Bucket="lines")["KeyCount"] == 0


def test_a_bucket_may_be_in_the_host(url: str, storage: Any) -> None:
    storage.put_object(Bucket="by-host", Key="folder/key", Body=b"text")
    answer = requests.get(f"{url}/folder/key", headers={**SIGNED, "Host": "by-host.localhost:8765"}, timeout=30)
    assert answer.text == "text"


def test_it_is_the_folder_of_local_jobs_and_stays(engine: Settings, storage: Any) -> None:
    storage.put_object(Bucket="shared", Key="key", Body=b"text")
    assert LocalSession(engine).path_of("s3://shared/key").read_bytes() == b"text"
    with Front(engine).running() as other:
        again: Any = plain_session().client("s3", endpoint_url=other)
        assert again.get_object(Bucket="shared", Key="key")["Body"].read() == b"text"


def test_an_upload_that_breaks_off_leaves_nothing(url: str, storage: Any, engine: Settings) -> None:
    def half() -> Iterator[bytes]:
        yield b"x" * 70_000
        raise ConnectionAbortedError

    with pytest.raises((requests.ConnectionError, ConnectionAbortedError)):
        requests.put(f"{url}/half/key", data=half(), headers=SIGNED, timeout=30)
    assert storage.list_objects_v2(Bucket="half")["KeyCount"] == 0
