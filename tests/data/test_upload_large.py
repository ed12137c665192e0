"""Large files in parts: going on with what was begun by us or others, alone or beside another upload of the same."""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
from s3_stub import Request, S3Stub

from smtune.data.upload.hashes import FileChangedError
from smtune.data.upload.send import send
from smtune.data.upload.settings import Sent, UploadProgress, UploadSettings
from smtune.data.upload.slices import crc32_of
from smtune.errors import ServiceError
from smtune.plan import Upload
from smtune.session import connect

KEY = "0123456789abcdef/large"
PART = 64 << 10
SMALL = UploadSettings(jobs=4, part_size=PART)


@functools.cache
def aws() -> boto3.Session:
    return connect("aws")


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    """A file of ten parts and a bit."""
    (tmp_path / "large").write_bytes(os.urandom(10 * PART + 5))
    return Upload(tmp_path / "large", f"s3://bucket/{KEY}")


def body(upload: Upload) -> bytes:
    return upload.source.read_bytes()


def begin(upload: Upload, **headers: Any) -> str:
    """An upload that somebody began; its id."""
    key = upload.uri.removeprefix("s3://bucket/")
    return str(aws().client("s3").create_multipart_upload(Bucket="bucket", Key=key, **headers)["UploadId"])


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_file_of_whole_parts_has_no_empty_one_at_its_end(parts: int, stub: S3Stub, tmp_path: Path) -> None:
    (tmp_path / "even").write_bytes(os.urandom(parts * PART))
    send(aws(), [Upload(tmp_path / "even", f"s3://bucket/{KEY}")], SMALL)
    assert stub.objects["bucket", KEY] == (tmp_path / "even").read_bytes()
    assert [each.size for each in stub.did("PUT part")] == ([PART] * parts if parts > 1 else [])


def test_parts_on_several_pages_of_the_listing_are_all_found(stub: S3Stub, upload: Upload) -> None:
    begun = begin(upload, ChecksumAlgorithm="CRC32")
    stub.parts[begun] = {number: body(upload)[(number - 1) * PART : number * PART] for number in range(1, 9)}
    stub.page = 3
    sent = send(aws(), [upload], SMALL)
    assert (sent.resumed_bytes, sent.sent_bytes) == (8 * PART, 2 * PART + 5)
    assert len(stub.did("GET upload")) == 3
    assert stub.objects["bucket", KEY] == body(upload)


@pytest.mark.parametrize("algorithm", ["SHA256", "CRC64NVME"])
def test_an_upload_with_other_checksums_is_left_alone(algorithm: str, stub: S3Stub, upload: Upload) -> None:
    begin(upload, ChecksumAlgorithm=algorithm)
    assert send(aws(), [upload], SMALL).sent_files == 1
    assert stub.objects["bucket", KEY] == body(upload)


def test_an_upload_that_takes_no_checksums_is_begun_again(stub: S3Stub, upload: Upload) -> None:
    begun = begin(upload)
    stub.begun[begun] = {}
    seen: list[UploadProgress] = []
    sent = send(aws(), [upload], SMALL, seen.append)
    assert stub.objects["bucket", KEY] == body(upload)
    assert (sent.sent_files, sent.resumed_bytes) == (1, 0)
    assert seen[-1] == UploadProgress(1, 1, len(body(upload)), len(body(upload)))


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchUpload"])
def test_an_upload_that_may_not_be_gone_on_with_is_begun_again(code: str, stub: S3Stub, upload: Upload) -> None:
    begun = begin(upload, ChecksumAlgorithm="CRC32")
    stub.fault = lambda request: code if request.query.get("uploadId") == begun and request.method == "PUT" else None
    assert send(aws(), [upload], SMALL).sent_files == 1
    assert stub.objects["bucket", KEY] == body(upload)


def test_what_is_refused_again_and_again_is_told(stub: S3Stub, upload: Upload) -> None:
    stub.fault = lambda request: "NoSuchUpload" if request.does == "PUT part" else None
    with pytest.raises(ServiceError, match=r"NoSuchUpload.*0 of 1 files .* run it again"):
        send(aws(), [upload], SMALL)
    assert len(stub.did("POST uploads")) == 2


@pytest.mark.parametrize("question", ["GET uploads", "GET upload"])
def test_where_nobody_tells_what_was_begun_it_is_sent_whole(question: str, stub: S3Stub, upload: Upload) -> None:
    begin(upload, ChecksumAlgorithm="CRC32")
    stub.fault = lambda request: "AccessDenied" if request.does == question else None
    assert send(aws(), [upload], SMALL).sent_bytes == len(body(upload))
    assert stub.objects["bucket", KEY] == body(upload)


def test_two_at_once_send_the_same_and_both_end_well(stub: S3Stub, upload: Upload) -> None:
    """The second goes on with the first one's upload; whoever completes it takes it from the other in mid-sending."""
    outcomes: list[Sent] = []
    second = threading.Thread(target=lambda: outcomes.append(send(aws(), [upload], SMALL)))
    met = threading.Event()

    def meet(request: Request) -> None:
        if request.does == "PUT part" and not met.is_set():
            met.set()
            stub.lock.release()
            second.start()
            second.join(30)
            stub.lock.acquire()

    stub.fault = meet
    outcomes.append(send(aws(), [upload], UploadSettings(jobs=1, part_size=PART)))
    assert [each.sent_files for each in outcomes] == [1, 1]
    assert stub.objects["bucket", KEY] == body(upload)
    assert stub.uploads == {}


@pytest.mark.parametrize("asked", ["answered", "denied"])
def test_an_answer_to_the_completion_that_was_lost(asked: str, stub: S3Stub, upload: Upload) -> None:
    """It is asked for again, and then there is no such upload."""
    completed: list[str] = []

    def lose(request: Request) -> str | None:
        if request.does == "HEAD" and asked == "denied":
            return "AccessDenied"
        if request.does != "POST upload" or completed:
            return None
        completed.append(number := request.query["uploadId"])
        place = stub.uploads.pop(number)
        stub.objects[place] = b"".join(part for _, part in sorted(stub.parts[number].items()))
        return "reset"

    stub.fault = lose
    sent = send(aws(), [upload], SMALL)
    assert sent.sent_files == 1
    assert stub.objects["bucket", KEY] == body(upload)
    assert len(stub.did("POST uploads")) == (1 if asked == "answered" else 2), "what nobody confirms is sent again"


def test_an_upload_of_other_contents_to_the_same_address_is_not_gone_on_with(stub: S3Stub, upload: Upload) -> None:
    """It keeps the SHA-256 of those: what is sent now would be taken for them the next time."""
    plain = Upload(upload.source, "s3://bucket/models/large")
    first = body(upload)
    stub.fault = lambda request: "AccessDenied" if request.query.get("partNumber") == "3" else None
    with pytest.raises(ServiceError):
        send(aws(), [plain], SMALL)
    stub.fault = lambda _: None
    plain.source.write_bytes(os.urandom(len(first)))
    send(aws(), [plain], SMALL)
    plain.source.write_bytes(first)
    assert send(aws(), [plain], SMALL).sent_files == 1
    assert stub.objects["bucket", "models/large"] == first
    assert send(aws(), [plain], SMALL).kept_files == 1


@pytest.mark.parametrize("how", ["replaced", "vanished", "cut"])
def test_a_file_that_changes_between_a_parts_checksum_and_its_sending(
    how: str, stub: S3Stub, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = body(upload)

    def change(*given: Any) -> str:
        found = crc32_of(*given)
        if how == "replaced":
            other = upload.source.with_name("other")
            other.write_bytes(os.urandom(len(whole)))
            other.replace(upload.source)
        elif how == "vanished":
            upload.source.unlink()
        else:
            os.truncate(upload.source, PART // 2)
        return found

    monkeypatch.setattr("smtune.data.upload.large.crc32_of", change)
    with pytest.raises(FileNotFoundError if how == "vanished" else FileChangedError) as caught:
        send(aws(), [upload], UploadSettings(jobs=1, part_size=PART))
    assert caught.value.filename == str(upload.source)
    assert stub.objects == {}
