"""A model from S3: whole or not there, gone on with where it was cut off, not fetched twice. S3 is moto's."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from smtune.errors import ServiceError, SmtuneError, UsageError
from smtune.results import Calls
from smtune.results.download import download_model
from smtune.results.unpack import UnsafeArchiveError

URI = "s3://bucket/job/output/model.tar.gz"


def packed(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def loaded() -> Iterator[boto3.Session]:
    """S3 for all tests of this file: to start it takes longer than they do."""
    with mock_aws():
        session = boto3.Session("a", "b", region_name="us-east-1")
        session.client("s3").create_bucket(Bucket="bucket")
        yield session


@pytest.fixture
def session(loaded: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    monkeypatch.setattr("smtune.results.download.time.sleep", lambda _: None)
    put(loaded, packed(model=b"first"))
    return loaded


def put(session: boto3.Session, data: bytes, **options: Any) -> None:
    session.client("s3").put_object(Bucket="bucket", Key="job/output/model.tar.gz", Body=data, **options)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


WHOLE = ["model.json", "model.tar.gz", "model/model"]


def test_a_model_is_fetched_and_unpacked_once(session: boto3.Session, tmp_path: Path) -> None:
    calls = Calls(session)
    contents = download_model(calls, URI, tmp_path / "best")
    assert contents == tmp_path / "best" / "model"
    assert (contents / "model").read_bytes() == b"first"
    assert names(tmp_path / "best") == WHOLE
    download_model(calls, URI, tmp_path / "best")
    assert calls.made == {"head_object": 2, "get_object": 1}
    assert json.loads((tmp_path / "best" / "model.json").read_bytes())["uri"] == URI


def test_another_model_takes_its_place(session: boto3.Session, tmp_path: Path) -> None:
    download_model(Calls(session), URI, tmp_path)
    put(session, packed(other=b"second"))
    download_model(Calls(session), URI, tmp_path)
    assert names(tmp_path) == ["model.json", "model.tar.gz", "model/other"]


class Interrupted:
    """S3 whose connection breaks after `at` bytes of each of the first `times` answers."""

    def __init__(self, session: boto3.Session, *, at: int, times: int, quietly: bool = False) -> None:
        self.calls = Calls(session)
        self.ranges: list[str | None] = []
        self._at, self._left, self._quietly = at, times, quietly
        events = self.calls.client("s3").meta.events
        events.register("before-parameter-build.s3.GetObject", self._note)
        events.register("after-call.s3.GetObject", self._cut)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.ranges.append(params.get("Range"))

    def _cut(self, parsed: dict[str, Any], **_: Any) -> None:
        if self._left and "Body" in parsed:
            self._left -= 1
            parsed["Body"] = Torn(parsed["Body"], self._at, self._quietly)


class Torn:
    def __init__(self, body: Any, at: int, quietly: bool) -> None:
        self._body, self._at, self._quietly = body, at, quietly

    def read(self, _: int) -> bytes:
        if not self._at:
            if self._quietly:
                return b""
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = self._body.read(self._at)
        self._at = 0
        return data

    def close(self) -> None:
        self._body.close()


@pytest.mark.parametrize("quietly", [True, False])
def test_what_was_cut_off_goes_on_where_it_was(session: boto3.Session, tmp_path: Path, quietly: bool) -> None:
    put(session, packed(model=bytes(range(256)) * 40))
    torn = Interrupted(session, at=50, times=3, quietly=quietly)
    download_model(torn.calls, URI, tmp_path)
    assert torn.ranges == [None, "bytes=50-", "bytes=100-", "bytes=150-"]
    assert (tmp_path / "model" / "model").read_bytes() == bytes(range(256)) * 40


def test_a_later_run_goes_on_too_and_a_part_never_looks_whole(session: boto3.Session, tmp_path: Path) -> None:
    put(session, packed(model=bytes(range(256)) * 40))
    with pytest.raises(SmtuneError, match=r"cut off|Timeout"):
        download_model(Interrupted(session, at=20, times=99).calls, URI, tmp_path)
    assert not [name for name in names(tmp_path) if not name.startswith(".")]
    later = Interrupted(session, at=0, times=0)
    download_model(later.calls, URI, tmp_path)
    assert later.ranges == ["bytes=100-"]
    assert names(tmp_path) == WHOLE


def test_a_part_of_an_earlier_model_is_not_gone_on_with(session: boto3.Session, tmp_path: Path) -> None:
    with pytest.raises(SmtuneError):
        download_model(Interrupted(session, at=20, times=99).calls, URI, tmp_path)
    put(session, packed(model=b"new" * 100))
    download_model(Calls(session), URI, tmp_path)
    assert (tmp_path / "model" / "model").read_bytes() == b"new" * 100
    assert names(tmp_path) == WHOLE


@pytest.mark.parametrize("algorithm", ["SHA256", "CRC32"])
def test_what_arrives_otherwise_than_it_was_stored_is_thrown_away(
    session: boto3.Session, tmp_path: Path, algorithm: str
) -> None:
    put(session, packed(model=b"x" * 500), ChecksumAlgorithm=algorithm)
    calls = Calls(session)

    class Bent:
        def __init__(self, body: Any) -> None:
            self._data = bytearray(body.read())
            self._data[20] ^= 1

        def read(self, _: int) -> bytes:
            data, self._data = bytes(self._data), bytearray()
            return data

        def close(self) -> None:
            pass

    def bend(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Body"] = Bent(parsed["Body"])

    def forget_md5(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ETag"] = '"multipart-2"'
        assert f"Checksum{algorithm}" in parsed

    calls.client("s3").meta.events.register("after-call.s3.GetObject", bend)
    with pytest.raises(SmtuneError, match="checksum differs"):
        download_model(calls, URI, tmp_path / "md5")
    calls.client("s3").meta.events.register("after-call.s3.HeadObject", forget_md5)
    calls.client("s3").meta.events.register(
        "before-parameter-build.s3.GetObject", lambda params, **_: params.pop("IfMatch")
    )
    with pytest.raises(SmtuneError, match="checksum differs"):
        download_model(calls, URI, tmp_path / "checksum")
    assert [name for name in names(tmp_path) if "part" not in name] == []


def test_a_folder_with_somebody_elses_model_is_left_alone(session: boto3.Session, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine").write_text("mine")
    with pytest.raises(UsageError, match="did not put there"):
        download_model(Calls(session), URI, tmp_path)
    assert names(tmp_path) == ["model/mine"]


def test_an_archive_that_is_not_unpacked_is_kept_but_not_as_done(session: boto3.Session, tmp_path: Path) -> None:
    put(session, packed(**{"../out": b"x"}))
    for _ in range(2):
        calls = Calls(session)
        with pytest.raises(UnsafeArchiveError, match="outside"):
            download_model(calls, URI, tmp_path / "best")
    assert calls.made == {"head_object": 1}, "it is not fetched again to be refused again"
    assert [name for name in names(tmp_path / "best") if not name.startswith(".")] == ["model.tar.gz"]
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_there_is_told(session: boto3.Session, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="there is no model at s3://bucket/nix"):
        download_model(Calls(session), "s3://bucket/nix", tmp_path)
