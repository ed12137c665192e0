"""Objects are files: written whole, listed by prefix, packed the same way every time, unpacked safely."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.local.objects import (
    ObjectKeyError,
    list_objects,
    object_path,
    pack,
    parse_uri,
    unpack,
    write_object,
)


@pytest.mark.parametrize(
    ("uri", "parts"),
    [("s3://b/k/e y", ("b", "k/e y")), ("s3://b", ("b", "")), ("s3://b/", ("b", "")), ("s3://b/a//b", ("b", "a//b"))],
)
def test_a_uri_is_a_bucket_and_a_key(uri: str, parts: tuple[str, str]) -> None:
    assert parse_uri(uri) == parts


@pytest.mark.parametrize("uri", ["", "b/k", "/tmp/file", "https://b/k", "s3://", "s3:///k"])
def test_what_is_no_s3_uri_is_refused(uri: str) -> None:
    with pytest.raises(ObjectKeyError, match="is not an S3 URI"):
        parse_uri(uri)


@given(key=st.text(max_size=40))
def test_no_key_leaves_the_folder(key: str) -> None:
    root = Path("/objects")
    try:
        path = object_path(root, "bucket", key)
    except ObjectKeyError:
        return
    assert path.is_relative_to(root / "bucket")
    assert ".." not in path.parts


class Breaking(io.BytesIO):
    def read(self, _: int | None = -1) -> bytes:
        chunk = super().read(4)
        if not chunk:
            message = "connection reset"
            raise ConnectionError(message)
        return chunk


def test_a_broken_upload_leaves_the_old_object(tmp_path: Path) -> None:
    write_object(tmp_path / "a", io.BytesIO(b"old"))
    with pytest.raises(ConnectionError):
        write_object(tmp_path / "a", Breaking(b"new contents"))

    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_lists_hold_keys_with_the_prefix_only(tmp_path: Path) -> None:
    for key in ("data/1", "data/sub/2", "data-other/3", "elsewhere"):
        write_object(object_path(tmp_path, "bucket", key), io.BytesIO())

    def keys(prefix: str) -> list[str]:
        return [key for key, _ in list_objects(tmp_path, "bucket", prefix)]

    assert keys("data/") == ["data/1", "data/sub/2"]
    assert keys("data") == ["data-other/3", "data/1", "data/sub/2"]
    assert len(keys("")) == 4
    assert keys("nothing/") == []


def test_half_an_archive_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "data").write_bytes(os.urandom(50_000))
    pack(tmp_path / "in", tmp_path / "whole.tar.gz")
    whole = (tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(tarfile.TarError, match=r"half\.tar\.gz is no whole \.tar\.gz"):
        unpack(tmp_path / "half.tar.gz", tmp_path / "out")


def test_the_same_contents_are_the_same_archive(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "model").write_text("weights")
        pack(folder, tmp_path / f"{name}.tar.gz")
        (folder / "deep" / "model").touch()

    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    unpack(tmp_path / "one.tar.gz", tmp_path / "out")
    assert (tmp_path / "out" / "deep" / "model").read_text() == "weights"


@pytest.mark.parametrize(
    "member",
    [
        ("../escape", None),
        ("/absolute", None),
        ("link", "/etc/passwd"),
        ("link", "../../outside"),
    ],
)
def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path, member: tuple[str, str | None]) -> None:
    name, target = member
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo(name)
        if target is not None:
            info.type, info.linkname = tarfile.SYMTYPE, target
        archive.addfile(info, io.BytesIO())
    (tmp_path / "in").mkdir()
    if name == "/absolute":
        unpack(tmp_path / "evil.tar.gz", tmp_path / "in")  # the leading slash is taken off
        assert (tmp_path / "in" / "absolute").exists()
        return
    with pytest.raises(tarfile.FilterError):
        unpack(tmp_path / "evil.tar.gz", tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
