"""The folder behaves as S3 does: checksums, metadata, conditions, copies, multipart uploads."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from smtune.local.session import LocalSession

MIB = 1 << 20
PLACE = {"Bucket": "bucket", "Key": "data/a"}


# moto keeps no checksums and refuses no wrong ones: where it is like S3 it shows that the folder is, too.
LIKE_MOTO = pytest.mark.parametrize("storage", ["folder", "moto"], indirect=True)


@pytest.fixture
def storage(request: pytest.FixtureRequest, session: LocalSession) -> Iterator[Any]:
    """S3 in a folder, or moto's."""
    if getattr(request, "param", "folder") == "folder":
        yield session.client("s3")
        return
    with mock_aws():
        client: Any = boto3.Session("testing", "testing", region_name="us-east-1").client("s3")
        client.create_bucket(Bucket="bucket")
        client.create_bucket(Bucket="other")
        yield client


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_checksum_is_verified_kept_and_shown_when_asked_for(storage: Any) -> None:
    put = storage.put_object(**PLACE, Body=b"hello", ChecksumSHA256=sha256(b"hello"))
    assert put["ChecksumSHA256"] == sha256(b"hello")
    assert put["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'  # noqa: S324
    assert storage.head_object(**PLACE, ChecksumMode="ENABLED")["ChecksumSHA256"] == sha256(b"hello")
    assert "ChecksumSHA256" not in storage.head_object(**PLACE)


@pytest.mark.parametrize(
    "claim",
    [{"ChecksumSHA256": sha256(b"other")}, {"ChecksumCRC32": "AAAAAA=="}, {"ContentMD5": "XUFAKrxLKna5cZ2REBfFkg=="}],
)
def test_a_wrong_checksum_is_refused_and_the_old_object_stays(storage: Any, claim: dict[str, str]) -> None:
    storage.put_object(**PLACE, Body=b"old")
    with pytest.raises(ClientError, match="did not match") as caught:
        storage.put_object(**PLACE, Body=b"hello!", **claim)

    assert code(caught) == "BadDigest"
    assert storage.get_object(**PLACE)["Body"].read() == b"old"


@LIKE_MOTO
def test_boto3s_own_default_checksum_is_kept(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    expected = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()
    assert storage.get_object(**PLACE)["ChecksumCRC32"] == expected


@LIKE_MOTO
def test_headers_and_metadata_come_back(storage: Any) -> None:
    storage.put_object(
        **PLACE,
        Body=b"",
        ContentType="text/csv",
        Metadata={"Hash": "abc", "note": "x y"},
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId="key-1",
    )
    head = storage.head_object(**PLACE)
    assert head["ContentType"] == "text/csv"
    assert {name.lower(): text for name, text in head["Metadata"].items()} == {"hash": "abc", "note": "x y"}
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "key-1")


def test_what_was_known_of_a_file_is_forgotten_when_it_changes(storage: Any, session: LocalSession) -> None:
    storage.put_object(**PLACE, Body=b"hello", Metadata={"hash": "abc"})
    session.path_of("s3://bucket/data/a").write_bytes(b"changed behind its back")

    head = storage.head_object(**PLACE, ChecksumMode="ENABLED")
    assert head["Metadata"] == {}
    assert "ChecksumCRC32" not in head
    assert head["ETag"] == f'"{hashlib.md5(b"changed behind its back").hexdigest()}"'  # noqa: S324


@LIKE_MOTO
def test_an_object_is_made_once_or_changed_as_seen(storage: Any) -> None:
    etag = storage.put_object(**PLACE, Body=b"one", IfNoneMatch="*")["ETag"]
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": '"another"'}):
        with pytest.raises(ClientError) as caught:
            storage.put_object(**PLACE, Body=b"two", **condition)
        assert code(caught) == "PreconditionFailed"
        assert storage.get_object(**PLACE)["Body"].read() == b"one"
    storage.put_object(**PLACE, Body=b"two", IfMatch=etag)
    assert storage.get_object(**PLACE)["Body"].read() == b"two"


def test_another_accounts_bucket_is_refused(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"", ExpectedBucketOwner="000000000000")
    with pytest.raises(ClientError, match="Access Denied"):
        storage.put_object(**PLACE, Body=b"", ExpectedBucketOwner="111111111111")


@LIKE_MOTO
def test_a_copy_keeps_the_metadata_unless_it_is_replaced(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"hello", Metadata={"a": "1"}, ContentType="text/csv")
    storage.copy_object(Bucket="other", Key="ä b", CopySource=PLACE)
    storage.copy_object(
        Bucket="other", Key="c", CopySource="bucket/data/a", MetadataDirective="REPLACE", Metadata={"b": "2"}
    )

    head = storage.head_object(Bucket="other", Key="ä b")
    assert (head["Metadata"], head["ContentType"]) == ({"a": "1"}, "text/csv")
    assert storage.head_object(Bucket="other", Key="c")["Metadata"] == {"b": "2"}
    assert storage.get_object(Bucket="other", Key="c")["Body"].read() == b"hello"
    with pytest.raises(storage.exceptions.NoSuchKey):
        storage.copy_object(Bucket="other", Key="d", CopySource="bucket/none")


@LIKE_MOTO
def test_deleted_objects_are_gone_with_their_folders(storage: Any, session: LocalSession) -> None:
    for key in ("a/b/c", "a/d", "e"):
        storage.put_object(Bucket="bucket", Key=key, Body=b"")
    storage.delete_object(Bucket="bucket", Key="a/b/c")
    answer = storage.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "a/d"}, {"Key": "nothing"}]})

    assert [item["Key"] for item in answer["Deleted"]] == ["a/d", "nothing"]
    assert [item["Key"] for item in storage.list_objects_v2(Bucket="bucket")["Contents"]] == ["e"]
    assert not session.path_of("s3://bucket/a").exists()
    storage.delete_object(Bucket="bucket", Key="e")
    storage.head_bucket(Bucket="bucket")


def test_buckets_exist_once_created(storage: Any) -> None:
    with pytest.raises(ClientError, match="404"):
        storage.head_bucket(Bucket="bucket")
    storage.create_bucket(Bucket="bucket")
    storage.create_bucket(Bucket="bucket")

    assert storage.head_bucket(Bucket="bucket")["BucketRegion"] == "us-east-1"
    assert storage.get_bucket_location(Bucket="bucket")["LocationConstraint"] is None
    with pytest.raises(ClientError, match="cannot be a file's path"):
        storage.put_object(Bucket=".facts", Key="a", Body=b"")


@LIKE_MOTO
def test_a_list_can_stop_at_folders(storage: Any) -> None:
    for key in ("a/1", "a/2", "b", "c/1", "d"):
        storage.put_object(Bucket="bucket", Key=key, Body=b"")
    pages = list(
        storage.get_paginator("list_objects_v2").paginate(
            Bucket="bucket", Delimiter="/", PaginationConfig={"PageSize": 2}
        )
    )

    assert [[item["Key"] for item in page.get("Contents", ())] for page in pages] == [["b"], ["d"]]
    assert [[item["Prefix"] for item in page.get("CommonPrefixes", ())] for page in pages] == [["a/"], ["c/"]]
    assert storage.list_objects_v2(Bucket="bucket", StartAfter="b")["KeyCount"] == 2


def test_an_upload_in_parts_can_be_taken_up_again(storage: Any) -> None:
    upload = storage.create_multipart_upload(**PLACE, ChecksumAlgorithm="SHA256", Metadata={"a": "1"})["UploadId"]
    bodies = [b"x" * 5 * MIB, b"y" * 5 * MIB, b"z"]
    place = {**PLACE, "UploadId": upload}
    for number in (3, 1, 2):
        storage.upload_part(**place, PartNumber=number, Body=bodies[number - 1], ChecksumAlgorithm="SHA256")
    assert [item["UploadId"] for item in storage.list_multipart_uploads(Bucket="bucket")["Uploads"]] == [upload]
    pages = storage.get_paginator("list_parts").paginate(**place, PaginationConfig={"PageSize": 2})
    parts = [item for page in pages for item in page["Parts"]]
    assert [(item["PartNumber"], item["Size"]) for item in parts] == [(1, 5 * MIB), (2, 5 * MIB), (3, 1)]
    assert parts[2]["ChecksumSHA256"] == sha256(b"z")

    chosen = [{name: item[name] for name in ("PartNumber", "ETag", "ChecksumSHA256")} for item in parts]
    done = storage.complete_multipart_upload(**place, MultipartUpload={"Parts": chosen})
    md5s = b"".join(hashlib.md5(body).digest() for body in bodies)  # noqa: S324
    shas = b"".join(hashlib.sha256(body).digest() for body in bodies)
    assert done["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-3"'  # noqa: S324
    assert done["ChecksumSHA256"] == f"{sha256(shas)}-3"
    assert storage.head_object(**PLACE)["Metadata"] == {"a": "1"}
    assert storage.get_object(**PLACE)["Body"].read() == b"".join(bodies)
    assert "Uploads" not in storage.list_multipart_uploads(Bucket="bucket")


def test_a_whole_checksum_of_an_upload_in_parts_is_that_of_the_bytes(storage: Any) -> None:
    begun = storage.create_multipart_upload(**PLACE, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    place = {**PLACE, "UploadId": begun["UploadId"]}
    etags = [
        storage.upload_part(**place, PartNumber=number, Body=body)["ETag"]
        for number, body in ((1, b"x" * 5 * MIB), (2, b"y"))
    ]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    done = storage.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})

    expected = zlib.crc32(b"x" * 5 * MIB + b"y").to_bytes(4, "big")
    assert done["ChecksumCRC32"] == base64.b64encode(expected).decode()


@pytest.mark.parametrize(
    ("numbers", "etag", "expected"),
    [
        ((1, 2), None, "EntityTooSmall"),
        ((2, 1), None, "InvalidPartOrder"),
        ((1, 3), None, "InvalidPart"),
        ((2,), "0" * 32, "InvalidPart"),
    ],
)
def test_parts_that_do_not_fit_make_no_object(
    storage: Any, numbers: tuple[int, ...], etag: str | None, expected: str
) -> None:
    upload = storage.create_multipart_upload(**PLACE)["UploadId"]
    place = {**PLACE, "UploadId": upload}
    etags = {number: storage.upload_part(**place, PartNumber=number, Body=b"small")["ETag"] for number in (1, 2)}
    parts = [{"PartNumber": number, "ETag": etag or etags.get(number, '"none"')} for number in numbers]
    with pytest.raises(ClientError) as caught:
        storage.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})

    assert code(caught) == expected
    storage.abort_multipart_upload(**place)
    with pytest.raises(ClientError) as caught:
        storage.list_parts(**place)
    assert code(caught) == "NoSuchUpload"


def test_a_large_file_goes_up_in_parts_by_itself(storage: Any, session: LocalSession, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 20 * MIB)
    storage.upload_file(str(tmp_path / "large"), "bucket", "large", ExtraArgs={"Metadata": {"hash": "1"}})

    head = storage.head_object(Bucket="bucket", Key="large")
    assert head["ETag"].endswith('-3"')
    assert head["Metadata"] == {"hash": "1"}
    assert session.path_of("s3://bucket/large").stat().st_size == 20 * MIB
