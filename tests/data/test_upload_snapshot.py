"""A folder in S3 under its own hash: complete once its manifest is there, never changed, never sent twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from s3_stub import S3Stub

from smtune.data.upload import copy
from smtune.data.upload.manifest import read_manifest, take_inventory
from smtune.data.upload.settings import MIB, UploadSettings
from smtune.data.upload.snapshot import Snapshot, foresee, upload
from smtune.data.upload.tree import TreeError
from smtune.errors import ServiceError, UsageError
from smtune.session import connect

HERE = "s3://bucket/sets/images"
FILES = {"a.csv": b"1", "b/c d+e%.csv": b"22", "b/ü": b"333", "empty": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, body in FILES.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(body)
    return tmp_path / "set"


def stored(session: boto3.Session) -> dict[str, bytes]:
    storage = session.client("s3")
    keys = [each["Key"] for each in storage.list_objects_v2(Bucket="bucket").get("Contents", [])]
    return {key: storage.get_object(Bucket="bucket", Key=key)["Body"].read() for key in keys}


def calls(session: boto3.Session, do: Callable[[], Any]) -> list[str]:
    """The S3 operations of `do`, each as often as it was called."""
    seen: list[str] = []

    def see(model: Any, **_: Any) -> None:
        seen.append(model.name)

    session.events.register_first("before-call.s3", see)
    try:
        do()
    finally:
        session.events.unregister("before-call.s3", see)
    return seen


def test_files_lie_below_their_fingerprint_and_the_manifest_beside(s3_peer: boto3.Session, folder: Path) -> None:
    done = upload(s3_peer, folder, HERE)
    fingerprint = take_inventory(folder).manifest.fingerprint
    assert done.uri == f"{HERE}/{fingerprint}/"
    assert done.manifest_uri == f"{HERE}/manifests/{fingerprint}.json"
    found = stored(s3_peer)
    text = found.pop(f"sets/images/manifests/{fingerprint}.json")
    assert found == {f"sets/images/{fingerprint}/{name}": body for name, body in FILES.items()}
    assert read_manifest(text) == take_inventory(folder).manifest
    assert (done.sent.sent_files, done.sent.sent_bytes) == (4, 6)


def test_the_same_again_takes_two_calls_and_sends_nothing(s3_peer: boto3.Session, folder: Path) -> None:
    first = upload(s3_peer, folder, HERE)
    found: list[Snapshot] = []
    assert calls(s3_peer, lambda: found.append(upload(s3_peer, folder, f"{HERE}/"))) == ["ListObjectsV2"] * 2
    assert found[0].uri == first.uri
    assert (found[0].sent.kept_files, found[0].sent.sent_files) == (4, 0)


def test_one_file_of_many_is_sent_and_the_rest_is_copied_within_s3(s3_peer: boto3.Session, folder: Path) -> None:
    before = upload(s3_peer, folder, HERE)
    (folder / "a.csv").write_bytes(b"other")
    after = upload(s3_peer, folder, HERE)
    assert after.uri != before.uri
    assert (after.sent.sent_files, after.sent.sent_bytes) == (2, 5), "an empty file is as soon sent as copied"
    assert (after.sent.copied_files, after.sent.copied_bytes) == (2, 5)
    prefix = after.uri.removeprefix("s3://bucket/")
    assert stored(s3_peer)[f"{prefix}b/ü"] == b"333"
    assert stored(s3_peer)[f"{before.uri.removeprefix('s3://bucket/')}a.csv"] == b"1", "what lies there is not changed"


def test_a_file_that_only_moved_is_copied(s3_peer: boto3.Session, folder: Path) -> None:
    upload(s3_peer, folder, HERE)
    (folder / "b" / "ü").rename(folder / "moved")
    assert upload(s3_peer, folder, HERE).sent.copied_files == 3


def test_data_that_somebody_deleted_is_sent_again_though_the_manifest_is_there(
    s3_peer: boto3.Session, folder: Path
) -> None:
    done = upload(s3_peer, folder, HERE)
    key = f"{done.uri.removeprefix('s3://bucket/')}a.csv"
    s3_peer.client("s3").delete_object(Bucket="bucket", Key=key)
    again = upload(s3_peer, folder, HERE)
    assert (again.sent.sent_files, again.sent.kept_files) == (1, 3)
    assert stored(s3_peer)[key] == b"1"


def test_copies_of_what_is_gone_are_sent(s3_peer: boto3.Session, folder: Path) -> None:
    before = upload(s3_peer, folder, HERE)
    for key in list(stored(s3_peer)):
        if "manifests" not in key:
            s3_peer.client("s3").delete_object(Bucket="bucket", Key=key)
    (folder / "a.csv").write_bytes(b"other")
    after = upload(s3_peer, folder, HERE)
    assert (after.sent.sent_files, after.sent.copied_files) == (4, 0)
    assert before.uri != after.uri


def test_what_somebody_put_over_an_earlier_file_is_not_copied(folder: Path, stub: S3Stub) -> None:
    session = connect("aws")
    before = upload(session, folder, HERE)
    stub.objects["bucket", f"{before.uri.removeprefix('s3://bucket/')}b/ü"] = b"xxx"
    (folder / "a.csv").write_bytes(b"other")
    after = upload(session, folder, HERE)
    assert stub.objects["bucket", f"{after.uri.removeprefix('s3://bucket/')}b/ü"] == b"333"
    assert (after.sent.copied_files, after.sent.sent_files) == (1, 3)


def test_a_dry_run_says_the_same_and_writes_nothing(s3_peer: boto3.Session, folder: Path) -> None:
    settings = UploadSettings()
    assert foresee(s3_peer, folder, HERE, settings).sent.sent_files == 4
    assert stored(s3_peer) == {}
    real = upload(s3_peer, folder, HERE)
    assert foresee(s3_peer, folder, HERE, settings).sent.kept_files == 4
    (folder / "a.csv").write_bytes(b"other")
    guess = foresee(s3_peer, folder, HERE, settings)
    assert (guess.sent, guess.uri) == (upload(s3_peer, folder, HERE).sent, guess.uri)
    assert guess.uri != real.uri


def test_a_single_file_and_a_bucket_without_a_prefix(s3_peer: boto3.Session, folder: Path) -> None:
    done = upload(s3_peer, folder / "a.csv", "s3://bucket")
    assert done.uri == f"s3://bucket/{done.manifest.fingerprint}/"
    assert stored(s3_peer)[f"{done.manifest.fingerprint}/a.csv"] == b"1"


def test_a_copy_in_parts_where_s3_copies_no_more_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(copy, "LARGEST_COPY", 6 * MIB)
    monkeypatch.setattr(copy, "PART_SIZE", 5 * MIB)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION"):
        monkeypatch.setenv(f"AWS_{name}", "us-east-1")
    (tmp_path / "d").mkdir()
    large = os.urandom(11 * MIB)
    (tmp_path / "d" / "large").write_bytes(large)
    with mock_aws():
        session = connect("aws")
        session.client("s3").create_bucket(Bucket="bucket")
        upload(session, tmp_path / "d", HERE, UploadSettings(part_size=5 * MIB))
        (tmp_path / "d" / "small").write_bytes(b"1")
        done = upload(session, tmp_path / "d", HERE, UploadSettings(part_size=5 * MIB))
        assert (done.sent.copied_files, done.sent.copied_bytes, done.sent.sent_bytes) == (1, 11 * MIB, 1)
        assert stored(session)[f"{done.uri.removeprefix('s3://bucket/')}large"] == large


def test_the_manifest_is_written_last_and_not_by_an_upload_that_fails(stub: S3Stub, folder: Path) -> None:
    session = connect("aws")
    stub.fault = lambda request: "AccessDenied" if request.key.endswith("a.csv") else None
    with pytest.raises(ServiceError, match=r"AccessDenied.* of 4 files .* run it again to send the rest"):
        upload(session, folder, HERE)
    assert not any("manifests" in key for _, key in stub.objects)
    stub.fault = lambda _: None
    upload(session, folder, HERE)
    assert "manifests" in stub.did("PUT")[-1].key


def test_where_s3_does_not_copy_files_are_sent(stub: S3Stub, folder: Path) -> None:
    session = connect("aws")
    upload(session, folder, HERE)
    (folder / "a.csv").write_bytes(b"other")
    stub.fault = lambda request: "NotImplemented" if "x-amz-copy-source" in request.headers else None
    done = upload(session, folder, HERE, UploadSettings(owner="123456789012"))
    assert (done.sent.copied_files, done.sent.sent_files) == (0, 4)
    copies = [each for each in stub.requests if "x-amz-copy-source" in each.headers]
    assert {each.headers["x-amz-source-expected-bucket-owner"] for each in copies} == {"123456789012"}


def test_secrets_stay_here_and_are_named(folder: Path) -> None:
    (folder / ".env").touch()
    (folder / ".git").mkdir()
    session = connect("local")
    assert upload(session, folder, HERE).left_out == (".env", ".git/")
    assert not any(".env" in key for key in stored(session))


def test_what_cannot_be_uploaded(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(TreeError, match="there are no files at"):
        upload(connect("local"), tmp_path / "empty", HERE)
    with pytest.raises(TreeError, match="there is no file or folder"):
        upload(connect("local"), tmp_path / "none", HERE)
    with pytest.raises(UsageError, match="is not an S3 URI"):
        upload(connect("local"), tmp_path / "file", "bucket/prefix")
    with pytest.raises(UsageError, match="S3 has 1024 at most"):
        upload(connect("local"), tmp_path / "file", "s3://bucket/" + "x" * 1020)
