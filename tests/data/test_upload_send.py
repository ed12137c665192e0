"""Sending: what is missing and nothing else, whole or not at all, whatever the network does."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from s3_stub import Request, S3Stub

from smtune.data.upload.hashes import FileChangedError
from smtune.data.upload.send import send
from smtune.data.upload.settings import MIB, UploadProgress, UploadSettings
from smtune.errors import ServiceError, UsageError
from smtune.plan import Upload
from smtune.session import connect

HASH = "0123456789abcdef"
SMALL = UploadSettings(jobs=4, part_size=64 << 10)
NAMES = ("plain.txt", "line\nend\rand more", "with space", "a+b%20c", "ünï/cödé.txt", "deep/er/empty", "quote'&<x>")


@functools.cache
def aws() -> boto3.Session:
    """One session for all tests: it reads the service's model once, and the address of the stub for each client."""
    return connect("aws")


def files(folder: Path, **sizes: int) -> list[Upload]:
    found = []
    for name, size in sizes.items():
        (folder / name).write_bytes(os.urandom(size))
        found.append(Upload(folder / name, f"s3://bucket/{HASH}/{name}"))
    return found


def stored(session: boto3.Session, prefix: str = "") -> dict[str, bytes]:
    storage = session.client("s3")
    keys = [each["Key"] for each in storage.list_objects_v2(Bucket="bucket", Prefix=prefix).get("Contents", [])]
    return {key: storage.get_object(Bucket="bucket", Key=key)["Body"].read() for key in keys}


def test_what_arrives_is_what_was_sent_under_any_name_and_of_any_size(s3_peer: boto3.Session, tmp_path: Path) -> None:
    contents = {name: os.urandom(100) if "empty" not in name else b"" for name in NAMES}
    contents["large"] = os.urandom(11 * MIB)
    uploads = []
    for name, body in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
        uploads.append(Upload(tmp_path / name, f"s3://bucket/data/{HASH}/{name}"))
    settings = UploadSettings(jobs=3, part_size=5 * MIB)

    first = send(s3_peer, uploads, settings)
    assert stored(s3_peer) == {f"data/{HASH}/{name}": body for name, body in contents.items()}
    assert (first.sent_files, first.sent_bytes, first.kept_files) == (8, 11 * MIB + 600, 0)

    again = send(s3_peer, uploads, settings)
    assert (again.sent_files, again.sent_bytes, again.kept_files, again.kept_bytes) == (0, 0, 8, 11 * MIB + 600)


def test_only_what_is_missing_is_sent(s3_peer: boto3.Session, tmp_path: Path) -> None:
    uploads = files(tmp_path, one=10, two=20, three=30)
    send(s3_peer, uploads[:2], SMALL)
    s3_peer.client("s3").put_object(Bucket="bucket", Key=f"{HASH}/two", Body=b"cut off")
    sent = send(s3_peer, uploads, SMALL)
    assert (sent.sent_files, sent.sent_bytes, sent.kept_files) == (2, 50, 1)
    assert stored(s3_peer)[f"{HASH}/two"] == (tmp_path / "two").read_bytes()


def test_one_listing_for_each_prefix_and_no_question_for_each_file(stub: S3Stub, tmp_path: Path) -> None:
    uploads = files(tmp_path, **{f"f{number}": 10 for number in range(50)})
    uploads = [
        Upload(each.source, f"s3://bucket/x/{HASH}/{n % 7}/{each.source.name}") for n, each in enumerate(uploads)
    ]
    send(aws(), uploads, SMALL)
    stub.requests.clear()
    send(aws(), uploads, SMALL)
    assert [each.does for each in stub.requests] == ["GET list"]
    assert stub.requests[0].query["prefix"] == f"x/{HASH}/"


def test_an_address_without_a_fingerprint_is_compared_by_its_checksum(stub: S3Stub, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes(b"one")
    upload = Upload(tmp_path / "spec.yaml", "s3://bucket/jobs/a/spec.yaml")
    assert send(aws(), [upload]).sent_files == 1
    assert send(aws(), [upload]).kept_files == 1
    (tmp_path / "spec.yaml").write_bytes(b"two")
    assert send(aws(), [upload]).sent_files == 1
    assert stub.objects["bucket", "jobs/a/spec.yaml"] == b"two"


def test_every_body_carries_its_checksum_and_the_bucket_its_owner_and_key(stub: S3Stub, tmp_path: Path) -> None:
    uploads = files(tmp_path, **{f"f{number}": 10 for number in range(5)}, large=200 << 10)
    settings = UploadSettings(jobs=2, part_size=64 << 10, kms_key="arn:aws:kms:us-east-1:1:key/k", owner="123456789012")
    send(aws(), uploads, settings)
    puts, parts = stub.did("PUT"), stub.did("PUT part")
    assert (len(puts), len(parts)) == (5, 4)
    for put in puts:
        body = stub.objects["bucket", put.key]
        assert put.headers["x-amz-checksum-sha256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    large = stub.objects["bucket", f"{HASH}/large"]
    for part in parts:
        start = (int(part.query["partNumber"]) - 1) * (64 << 10)
        crc32 = zlib.crc32(large[start : start + part.size]).to_bytes(4, "big")
        assert part.headers["x-amz-checksum-crc32"] == base64.b64encode(crc32).decode()
    assert [making.headers["x-amz-checksum-algorithm"] for making in stub.did("POST uploads")] == ["CRC32"]
    for making in (*puts, *stub.did("POST uploads")):
        assert making.headers["x-amz-server-side-encryption"] == "aws:kms"
        assert making.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "arn:aws:kms:us-east-1:1:key/k"
    assert {each.headers.get("x-amz-expected-bucket-owner") for each in stub.requests} == {"123456789012"}
    assert {each.headers.get("x-amz-security-token") for each in stub.requests} == {"token"}


class Every:
    """A fault for every so manyth request of some operations."""

    def __init__(self, count: int, fault: str, *operations: str) -> None:
        self.count, self.fault, self.operations, self.seen = count, fault, operations, 0

    def __call__(self, request: Request) -> str | None:
        if request.does not in self.operations:
            return None
        self.seen += 1
        return self.fault if self.seen % self.count == 0 else None


@pytest.mark.parametrize("fault", ["SlowDown", "reset"])
def test_throttling_and_broken_connections_are_survived(
    fault: str, stub: S3Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    stub.fault = Every(8, fault, "PUT", "PUT part")
    uploads = files(tmp_path, **{f"f{number}": 10 for number in range(9)}, large=300 << 10)
    sent = send(aws(), uploads, SMALL)
    assert sent.sent_files == 10
    assert {key: body for (_, key), body in stub.objects.items()} == {
        f"{HASH}/{each.source.name}": each.source.read_bytes() for each in uploads
    }


@pytest.mark.parametrize("size", [10, 300 << 10])
def test_a_body_that_is_corrupted_on_its_way_is_refused_and_not_stored(size: int, stub: S3Stub, tmp_path: Path) -> None:
    stub.fault = Every(1, "corrupt", "PUT", "PUT part")
    with pytest.raises(ServiceError, match=r"(BadDigest|SHA256Mismatch).*0 of 1 files .* run it again"):
        send(aws(), files(tmp_path, one=size), SMALL)
    assert stub.objects == {}


def test_credentials_that_expire_leave_what_is_there_and_another_run_sends_the_rest(
    stub: S3Stub, tmp_path: Path
) -> None:
    uploads = files(tmp_path, **{f"f{number}": 10 for number in range(20)})
    count = iter(range(100))
    stub.fault = lambda request: "ExpiredToken" if request.does == "PUT" and next(count) >= 8 else None
    with pytest.raises(ServiceError, match=r"ExpiredToken.* 8 of 20 files .* are there; run it again") as caught:
        send(aws(), uploads, SMALL)
    assert caught.value.code == "ExpiredToken"
    stub.fault = lambda _: None
    rest = send(aws(), uploads, SMALL)
    assert (rest.sent_files, rest.kept_files) == (12, 8)


def test_a_refusal_is_said_once_and_nothing_more_is_sent(stub: S3Stub, tmp_path: Path) -> None:
    stub.fault = lambda request: "AccessDenied" if request.does == "PUT" else None
    with pytest.raises(ServiceError, match="AccessDenied"):
        send(aws(), files(tmp_path, **{f"f{number}": 10 for number in range(50)}), SMALL)
    assert len(stub.did("PUT")) <= 2 * SMALL.jobs


@pytest.mark.parametrize("size", [10, 300 << 10])
def test_a_file_that_is_not_what_was_planned_is_refused(size: int, stub: S3Stub, tmp_path: Path) -> None:
    (upload,) = files(tmp_path, one=size)
    with pytest.raises(FileChangedError, match="the file changed"):
        send(aws(), [Upload(upload.source, upload.uri, "0" * 64)], SMALL)
    assert stub.did("PUT") == []


def test_a_file_that_is_written_to_while_it_is_sent_is_refused(stub: S3Stub, tmp_path: Path) -> None:
    (upload,) = files(tmp_path, one=600 << 10)

    def write(request: Request) -> None:
        if request.does == "PUT part":
            with upload.source.open("r+b") as stream:
                stream.write(b"other")

    stub.fault = write
    with pytest.raises(FileChangedError, match=r"the file changed while it was read or sent.*one"):
        send(aws(), [upload], SMALL)
    assert stub.objects == {}


def test_names_that_need_quoting_and_keys_that_are_odd_arrive_as_they_are(stub: S3Stub, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    keys = [f"{HASH}/{name}" for name in (*NAMES, "star*", "tilde~", "(b)", "x=1&y=2", "a//b")]
    send(aws(), [Upload(tmp_path / "a", f"s3://bucket/{key}") for key in keys], SMALL)
    assert {key for _, key in stub.objects} == set(keys)


def test_progress_counts_files_and_bytes_in_the_callers_thread(stub: S3Stub, tmp_path: Path) -> None:
    seen: list[UploadProgress] = []
    threads = set()

    def report(progress: UploadProgress) -> None:
        seen.append(progress)
        threads.add(threading.current_thread())

    send(aws(), files(tmp_path, one=10, large=300 << 10), SMALL, report)
    total = 10 + (300 << 10)
    assert (seen[0].files, seen[0].bytes) == (0, 0)
    assert seen[-1] == UploadProgress(2, 2, total, total)
    assert [each.bytes for each in seen] == sorted(each.bytes for each in seen)
    assert threads == {threading.main_thread()}


def test_ctrl_c_ends_at_once_and_says_what_is_there(stub: S3Stub, tmp_path: Path) -> None:
    release, answered = threading.Event(), threading.Event()

    def hang(request: Request) -> None:
        if request.does == "PUT" and request.key.endswith("f3"):
            stub.lock.release()
            os.kill(os.getpid(), signal.SIGINT)
            release.wait(60)
            answered.set()
            stub.lock.acquire()

    stub.fault = hang
    with pytest.raises(KeyboardInterrupt, match=r"3 of 9 files .* are there; run it again to send the rest"):
        send(aws(), files(tmp_path, **{f"f{number}": 10 for number in range(9)}), UploadSettings(jobs=1))
    assert not answered.is_set(), "it waited for an answer"
    release.set()


CHILD = """
import sys
from pathlib import Path
from smtune.data.upload.send import send
from smtune.data.upload.settings import UploadSettings
from smtune.plan import Upload
from smtune.session import connect
send(connect("aws"), [Upload(Path(sys.argv[1]), sys.argv[2])], UploadSettings(jobs=2, part_size=65536))
"""


def test_an_upload_that_was_killed_goes_on_with_the_parts_that_are_missing(stub: S3Stub, tmp_path: Path) -> None:
    (upload,) = files(tmp_path, large=20 * (64 << 10) + 5)
    there = threading.Event()

    def stall(request: Request) -> str | None:
        if request.does == "PUT part" and int(request.query["partNumber"]) > 8:
            there.set()
            return "reset"
        return None

    stub.fault = stall
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(upload.source), upload.uri], stderr=subprocess.DEVNULL
    ) as child:
        assert there.wait(60)
        child.kill()
    (number,) = stub.uploads
    before = set(stub.parts[number])
    assert before
    stub.requests.clear()
    stub.fault = lambda _: None

    sent = send(aws(), [upload], SMALL)
    assert stub.objects["bucket", f"{HASH}/large"] == upload.source.read_bytes()
    numbers = [int(part.query["partNumber"]) for part in stub.did("PUT part")]
    assert sorted(numbers) == sorted(set(range(1, 22)) - before), "none was sent twice"
    assert stub.did("POST uploads") == []
    assert sent.resumed_bytes + sent.sent_bytes == upload.source.stat().st_size
    assert sent.resumed_bytes == len(before) * (64 << 10)


def test_parts_of_other_contents_are_not_taken_for_ours(stub: S3Stub, tmp_path: Path) -> None:
    (upload,) = files(tmp_path, large=3 * (64 << 10))
    client = aws().client("s3")
    begun = client.create_multipart_upload(Bucket="bucket", Key=f"{HASH}/large")["UploadId"]
    stub.parts[begun][1] = os.urandom(64 << 10)
    sent = send(aws(), [upload], SMALL)
    assert sent.resumed_bytes == 0
    assert stub.objects["bucket", f"{HASH}/large"] == upload.source.read_bytes()


def test_many_files_are_sent_each_once(stub: S3Stub, tmp_path: Path) -> None:
    uploads = files(tmp_path, **{f"f{number}": 3 for number in range(300)})
    assert send(aws(), uploads, UploadSettings(jobs=8)).sent_files == 300
    assert len(stub.did("PUT")) == 300


@pytest.mark.parametrize("uri", ["bucket/key", "s3:///key", "https://bucket/key"])
def test_an_address_that_is_none(uri: str, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(UsageError, match="is not an S3 URI"):
        send(connect("local"), [Upload(tmp_path / "a", uri)])


def test_the_parts_of_a_file_depend_on_its_size_alone() -> None:
    part: Callable[[int], int] = UploadSettings().part_size_of
    assert part(1) == part(80_000 * MIB) == 8 * MIB
    assert part(80_000 * MIB + 1) == 9 * MIB
    assert -(-(5 << 40) // part(5 << 40)) <= 10_000
