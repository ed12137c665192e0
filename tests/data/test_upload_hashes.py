"""Hashes are remembered for files that did not change, and never otherwise."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from smtune.data.upload import hashes
from smtune.data.upload.hashes import FileChangedError, digest_of, digests
from smtune.data.upload.manifest import Entry, Manifest, read_manifest, take_inventory
from smtune.data.upload.tree import TreeError
from smtune.folders import cache_folder


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The files that were read."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(hashes, "_TICK_NS", 0)
    seen = []

    def read(path: Path) -> hashes.Digest:
        seen.append(path)
        return digest_of(path)

    monkeypatch.setattr(hashes, "digest_of", read)
    return seen


def sha256(path: Path) -> str:
    return digests([path])[path].sha256


def test_a_file_is_read_once(tmp_path: Path, reads: list[Path]) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    right = hashlib.sha256(b"abc").hexdigest()
    assert [sha256(file), sha256(file), sha256(file)] == [right] * 3
    assert reads == [file]
    assert (tmp_path / "cache" / "smtune" / "hashes.db").is_file()


def test_a_change_is_seen_even_where_size_and_time_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    before = file.stat()
    sha256(file)
    file.write_bytes(b"xyz")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sha256(file) == hashlib.sha256(b"xyz").hexdigest()


def test_another_file_under_the_same_name_is_read(tmp_path: Path, reads: list[Path]) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    sha256(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"abd")
    (tmp_path / "b").replace(tmp_path / "a")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abd").hexdigest()
    assert len(reads) == 2


def test_a_file_just_written_is_not_remembered(
    tmp_path: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "_TICK_NS", 60_000_000_000)
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == sha256(tmp_path / "a")
    assert len(reads) == 2


@pytest.mark.parametrize("damage", ["garbage", "cut", "other table", "folder", "read-only folder"])
def test_a_memory_that_is_broken_is_done_without(damage: str, tmp_path: Path) -> None:
    file, memory = tmp_path / "a", cache_folder() / "hashes.db"
    file.write_bytes(b"abc")
    if damage == "folder":
        memory.mkdir(parents=True)
    elif damage == "read-only folder":
        (tmp_path / "cache").write_bytes(b"a file where a folder should be")
    else:
        sha256(file)
        content = memory.read_bytes()
        memory.write_bytes(b"no database" * 100 if damage == "garbage" else content[:5000])
    if damage == "other table":
        memory.unlink()
        with sqlite3.connect(memory) as connection:
            connection.execute("CREATE TABLE hashes (something TEXT)")
        connection.close()
    assert sha256(file) == sha256(file) == hashlib.sha256(b"abc").hexdigest()


def test_a_disk_that_is_full_costs_the_memory_and_nothing_else(
    tmp_path: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    def small(*given: object, **named: object) -> sqlite3.Connection:
        connection = real(*given, **named)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 1")
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", small)
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    assert len(reads) == 2


@pytest.mark.parametrize("method", ["is_file", "unlink"])
def test_a_memory_in_a_folder_that_is_not_ours_is_done_without(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = cache_folder() / "hashes.db"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(b"no database" * 100)

    def refuse(self: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, method, refuse)
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_a_memory_of_garbage_is_made_again(tmp_path: Path, reads: list[Path]) -> None:
    memory = cache_folder() / "hashes.db"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(b"no database" * 100)
    (tmp_path / "a").write_bytes(b"abc")
    for _ in range(3):
        sha256(tmp_path / "a")
    assert len(reads) == 1


def test_several_at_once_remember_all(tmp_path: Path, reads: list[Path]) -> None:
    files = [tmp_path / f"f{number}" for number in range(40)]
    for file in files:
        file.write_text(file.name)
    threads = [threading.Thread(target=digests, args=(files[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reads.clear()
    assert {path: found.sha256 for path, found in digests(files).items()} == {
        file: hashlib.sha256(file.name.encode()).hexdigest() for file in files
    }
    assert reads == []


def test_a_file_that_is_written_to_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    real = hashlib.file_digest

    def slow(stream: object, name: str) -> object:
        found = real(stream, name)  # type: ignore[arg-type]
        file.write_bytes(b"abcdef")
        return found

    monkeypatch.setattr(hashlib, "file_digest", slow)
    with pytest.raises(FileChangedError) as caught:
        sha256(file)
    assert caught.value.filename == str(file)


def test_five_thousand_files_are_looked_up_in_no_time(tmp_path: Path, reads: list[Path]) -> None:
    files = [tmp_path / f"{number % 50}" / f"{number}" for number in range(5000)]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    digests(files)
    reads.clear()
    start = time.process_time()
    assert len(digests(files)) == 5000
    assert reads == []
    assert time.process_time() - start < 3


def tree(folder: Path) -> Path:
    for name, text in {"a/x": "1", "b": "22", "empty": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_manifest_is_of_names_and_contents_wherever_they_lie(tmp_path: Path) -> None:
    one = take_inventory(tree(tmp_path / "one")).manifest
    assert [(each.name, each.bytes) for each in one.entries] == [("a/x", 1), ("b", 2), ("empty", 0)]
    assert one.entries[1].sha256 == hashlib.sha256(b"22").hexdigest()
    assert take_inventory(tree(tmp_path / "two")).manifest == one
    assert one.bytes == 3
    (tmp_path / "two" / "b").rename(tmp_path / "two" / "c")
    moved = take_inventory(tmp_path / "two").manifest
    (tmp_path / "two" / "c").write_text("23")
    edited = take_inventory(tmp_path / "two").manifest
    assert len({one.fingerprint, moved.fingerprint, edited.fingerprint}) == 3


def test_a_name_with_a_line_end_does_not_pass_for_two_files() -> None:
    one, two = "1" * 64, "2" * 64
    apart = Manifest((Entry("a", 1, one), Entry("b", 2, two)))
    forged = Manifest((Entry(f"a\n{two} 2 b", 1, one),))
    assert apart.fingerprint != forged.fingerprint
    assert Manifest((Entry("a\nb", 1, one),)).fingerprint != Manifest((Entry("a\\nb", 1, one),)).fingerprint


def test_a_fingerprint_is_made_once_however_many_files_ask_for_it() -> None:
    manifest = Manifest(tuple(Entry(f"f{number}", 1, "0" * 64) for number in range(3000)))
    start = time.process_time()
    assert len({manifest.fingerprint for _ in manifest.entries}) == 1
    assert time.process_time() - start < 1


def test_a_manifest_is_read_back_and_an_edited_one_is_none(tmp_path: Path) -> None:
    manifest = take_inventory(tree(tmp_path)).manifest
    text = manifest.to_json()
    assert read_manifest(text) == manifest
    assert str(tmp_path) not in text
    for wrong in (text.replace('"b"', '"c"'), text[:-20], "{}", "[]", "null", '{"files": 3}', b"\xff"):
        assert read_manifest(wrong) is None
    assert read_manifest(Manifest(()).to_json()) == Manifest(())


def test_a_folder_without_files_says_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ".env").touch()
    with pytest.raises(TreeError, match=r"there are no files at .*d \(left out: \.env\)"):
        take_inventory(tmp_path / "d")
