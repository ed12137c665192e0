"""What is in a model.tar.gz may be anything: nothing of it is written but plain files in one folder, within limits."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.results.unpack import Limits, UnsafeArchiveError, unpack


def packed(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    file = folder / "model.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file


def member(name: str, content: bytes = b"x", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def refused(tmp_path: Path, reason: str, *members: tuple[tarfile.TarInfo, bytes], limits: Limits | None = None) -> None:
    before = {path.name for path in tmp_path.iterdir()} | {"model.tar.gz"}
    with pytest.raises(UnsafeArchiveError, match=reason):
        unpack(packed(tmp_path, *members), tmp_path / "model", limits)
    assert {path.name for path in tmp_path.iterdir()} == before, "nothing is left"


def test_files_and_folders_come_out_as_they_went_in(tmp_path: Path) -> None:
    run = member("./code/run.sh", b"#!/bin/sh\n", mode=0o755)
    file = packed(tmp_path, member("./xgboost-model", b"model"), member("empty", b""), member("a/b/c", b"deep"), run)
    unpack(file, tmp_path / "model")
    found = {p.relative_to(tmp_path / "model").as_posix(): p for p in (tmp_path / "model").rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == {
        "xgboost-model": b"model",
        "empty": b"",
        "a/b/c": b"deep",
        "code/run.sh": b"#!/bin/sh\n",
    }
    assert found["code/run.sh"].stat().st_mode & 0o100
    assert not found["xgboost-model"].stat().st_mode & 0o111


def test_it_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    unpack(packed(tmp_path, member("new")), tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]
    refused(tmp_path, "outside", member("../bad"))
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../out", "//x", "a/.."])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path, "outside of the folder", member("fine"), member(name))
    assert not (tmp_path.parent / "out").exists()


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a device"),
    ],
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes, word: str) -> None:
    refused(tmp_path, word, member("fine"), member("odd", b"", type=kind, linkname="/etc/passwd"))


def test_a_file_below_a_link_does_not_follow_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = member("way", b"", type=tarfile.SYMTYPE, linkname=str(outside))
    refused(tmp_path, "a link", link, member("way/file"))
    assert list(outside.iterdir()) == []


def test_what_is_in_it_twice_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "twice", member("a"), member("./a"))


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, "more than 10 members", *(member(str(n)) for n in range(11)), limits=Limits(members=10))


def test_more_than_the_size_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "--max-size", member("a", b"a" * 600), member("b", b"b" * 600), limits=Limits(size=1000))


def test_a_bomb_is_refused_before_it_is_on_disk(tmp_path: Path) -> None:
    bomb = b"\0" * 60_000_000
    file = packed(tmp_path, member("zeros", bomb))
    assert file.stat().st_size < 100_000
    with pytest.raises(UnsafeArchiveError, match="--max-ratio"):
        unpack(file, tmp_path / "model")
    unpack(file, tmp_path / "model", Limits(ratio=2000))
    assert (tmp_path / "model" / "zeros").stat().st_size == len(bomb)


def test_a_bomb_in_a_header_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type = tarfile.XHDTYPE
    header.size = 1 << 30
    with gzip.open(tmp_path / "model.tar.gz", "wb") as file:
        file.write(header.tobuf(tarfile.USTAR_FORMAT))
        file.write(b"\0" * 40_000_000)
    with pytest.raises(UnsafeArchiveError, match="longer than any should be"):
        unpack(tmp_path / "model.tar.gz", tmp_path / "model")


def test_a_bomb_that_is_only_skipped_over_is_refused(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    with gzip.open(tmp_path / "model.tar.gz", "wb") as file:
        for _ in range(2):
            folder.size = 0
            file.write(folder.tobuf())
        odd = tarfile.TarInfo("huge")
        odd.type = b"V"
        odd.size = 100_000_000
        file.write(odd.tobuf())
        file.write(b"\0" * 100_000_000)
    with pytest.raises(UnsafeArchiveError):
        unpack(tmp_path / "model.tar.gz", tmp_path / "model")


@given(data=st.data())
def test_whatever_is_cut_or_bent_is_refused_or_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bent")
    content = bytes(range(256)) * 8
    raw = bytearray(packed(folder, member("a", content), member("b/c", content)).read_bytes())
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    else:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    (folder / "model.tar.gz").write_bytes(raw)
    try:
        unpack(folder / "model.tar.gz", folder / "model")
    except UnsafeArchiveError:
        assert [path.name for path in folder.iterdir()] == ["model.tar.gz"]
    else:
        assert (folder / "model" / "a").read_bytes() == content


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"<html>")
    with pytest.raises(UnsafeArchiveError, match="no whole"):
        unpack(tmp_path / "model.tar.gz", tmp_path / "model")


@pytest.mark.parametrize("names", [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")])
def test_what_is_a_file_and_a_folder_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    refused(tmp_path, "twice|cannot be a file here", *(member(name) for name in names))


@pytest.mark.parametrize("name", ["n" * 300, "/".join(["folder" * 30] * 40)])
def test_names_that_no_file_can_have_are_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path, r"cannot be a file here: File name too long", member(name))


@pytest.mark.parametrize(("kind", "content"), [(b"L", b"abcd\0"), (b"K", b"abcd\0"), (b"x", b"10 aa=bbb\n")])
def test_header_upon_header_is_refused(tmp_path: Path, kind: bytes, content: bytes) -> None:
    header = tarfile.TarInfo("header")
    header.type, header.size = kind, len(content)
    with gzip.open(tmp_path / "model.tar.gz", "wb") as file:
        file.write((header.tobuf(tarfile.USTAR_FORMAT) + content.ljust(512, b"\0")) * 5_000)
    with pytest.raises(UnsafeArchiveError, match="header upon header"):
        unpack(tmp_path / "model.tar.gz", tmp_path / "model")
