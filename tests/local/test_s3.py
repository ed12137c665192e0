"""The folder behaves as S3 does: checksums, metadata, conditions, copies, multipart uploads."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import itertools
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


@LIKE_MOTO
@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ({"IfNoneMatch": "its own"}, True),
        ({"IfNoneMatch": '"another"'}, False),
        ({"IfModifiedSince": "its own"}, True),
        ({"IfModifiedSince": dt.datetime(2001, 1, 1, tzinfo=dt.UTC)}, False),
    ],
)
def test_what_a_client_has_already_is_not_sent_again(storage: Any, condition: dict[str, Any], known: bool) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    there = storage.head_object(**PLACE)
    own = {"IfNoneMatch": there["ETag"], "IfModifiedSince": there["LastModified"]}
    asked = {name: own[name] if value == "its own" else value for name, value in condition.items()}
    for call in (storage.get_object, storage.head_object):
        if not known:
            assert call(**PLACE, **asked)["ETag"] == there["ETag"]
            continue
        with pytest.raises(ClientError) as caught:
            call(**PLACE, **asked)
        assert (code(caught), caught.value.response["ResponseMetadata"]["HTTPStatusCode"]) == ("304", 304)


def test_what_has_changed_meanwhile_is_not_sent(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    for asked in ({"IfMatch": '"another"'}, {"IfUnmodifiedSince": dt.datetime(2001, 1, 1, tzinfo=dt.UTC)}):
        for call in (storage.get_object, storage.head_object):
            with pytest.raises(ClientError) as caught:
                call(**PLACE, **asked)
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


@pytest.mark.parametrize(
    ("asked", "body", "said"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-99", b"0123456789", "bytes 0-9/10"),
        ("bytes=5-2", b"0123456789", None),
        ("bytes=0-1,3-4", b"0123456789", None),
        ("bytes=-", b"0123456789", None),
        ("lines=0-1", b"0123456789", None),
    ],
)
def test_a_range_is_a_part_and_what_is_none_is_passed_over(
    storage: Any, asked: str, body: bytes, said: str | None
) -> None:
    storage.put_object(**PLACE, Body=b"0123456789")
    found = storage.get_object(**PLACE, Range=asked)
    assert (found["Body"].read(), found.get("ContentRange")) == (body, said)


@LIKE_MOTO
@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=20-30"])
def test_a_range_behind_the_end_is_refused(storage: Any, asked: str) -> None:
    storage.put_object(**PLACE, Body=b"0123456789")
    with pytest.raises(ClientError) as caught:
        storage.get_object(**PLACE, Range=asked)
    assert code(caught) == "InvalidRange"


def test_of_two_who_write_at_once_one_has_written_all_of_it(session: LocalSession) -> None:
    """Bytes of the one with the checksum of the other are an object that boto3 refuses to read."""
    client = session.client("s3")
    for _ in range(30):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: client.put_object(**PLACE, Body=b"%d" % number * 500), range(4)))
        found = client.get_object(**PLACE, ChecksumMode="ENABLED")
        body = found["Body"].read()
        assert found["ETag"].strip('"') == hashlib.md5(body).hexdigest()  # noqa: S324
        assert base64.b64decode(found["ChecksumCRC32"]) == zlib.crc32(body).to_bytes(4, "big")
    assert len(list((session.settings.objects / ".facts").rglob("*.json"))) <= 30 * 4


def test_who_reads_while_others_write_has_all_of_one_object(session: LocalSession) -> None:
    client, stop = session.client("s3"), threading.Event()

    def write() -> None:
        for number in itertools.count():
            client.put_object(**PLACE, Body=bytes([number % 256]) * (1 + number % 7) * 1000)
            client.put_object(Bucket="bucket", Key=f"others/{number % 3}", Body=b"")
            client.delete_object(Bucket="bucket", Key=f"others/{number % 3}")
            if stop.is_set():
                return

    client.put_object(**PLACE, Body=b"first")
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for _ in range(300):
                found = client.get_object(**PLACE)
                assert hashlib.md5(found["Body"].read()).hexdigest() == found["ETag"].strip('"')  # noqa: S324
                assert client.list_objects_v2(Bucket="bucket")["KeyCount"] >= 1
        finally:
            stop.set()
        writing.result()


def test_only_the_last_object_of_a_key_is_remembered(storage: Any, session: LocalSession) -> None:
    for number in range(5):
        storage.put_object(**PLACE, Body=b"%d" % number)
    assert len(list((session.settings.objects / ".facts").rglob("*.json"))) == 1
    storage.delete_object(**PLACE)
    assert not list((session.settings.objects / ".facts").rglob("*.json"))


def test_a_key_that_ends_with_a_slash_is_a_folder(storage: Any) -> None:
    storage.put_object(Bucket="bucket", Key="data/", Body=b"")
    storage.put_object(**PLACE, Body=b"hello")
    storage.put_object(Bucket="bucket", Key="data/", Body=b"")
    assert [item["Key"] for item in storage.list_objects_v2(Bucket="bucket")["Contents"]] == ["data/a"]
    storage.delete_object(Bucket="bucket", Key="data/")
    assert storage.get_object(**PLACE)["Body"].read() == b"hello"
    with pytest.raises(ClientError, match="has no bytes") as caught:
        storage.put_object(Bucket="bucket", Key="other/", Body=b"x")
    assert code(caught) == "InvalidArgument"


@LIKE_MOTO
@pytest.mark.parametrize("key", ["data", "data/", "data/a/b", "nothing"])
def test_what_is_not_there_is_deleted_without_a_word(storage: Any, key: str) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    storage.delete_object(Bucket="bucket", Key=key)
    assert storage.get_object(**PLACE)["Body"].read() == b"hello"


def test_empty_folders_do_not_keep_a_bucket(storage: Any, session: LocalSession) -> None:
    storage.put_object(Bucket="bucket", Key="a/b/", Body=b"")
    storage.delete_bucket(Bucket="bucket")
    assert not (session.settings.objects / "bucket").exists()


@LIKE_MOTO
def test_a_page_of_nothing_is_the_last(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    found = storage.list_objects_v2(Bucket="bucket", MaxKeys=0)
    assert (found["KeyCount"], found["IsTruncated"]) == (0, False)


def test_a_quiet_client_hears_of_errors_only(storage: Any) -> None:
    storage.put_object(**PLACE, Body=b"hello")
    wanted = {"Objects": [{"Key": PLACE["Key"]}], "Quiet": True}
    assert "Deleted" not in storage.delete_objects(Bucket="bucket", Delete=wanted)


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
