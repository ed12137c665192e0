"""A file is its old self or all of the new one, whatever goes wrong while it is written; so is a folder."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtune.files import DRAFT, OWNER_ONLY, file_beside, folder_beside, replace_folder, write_whole


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes meanwhile: the system itself says that there is no room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def permissions(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_file_has_all_of_its_content_and_nothing_is_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"new")
    write_whole(file, b"newer")
    assert file.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")
    with room_for(10), pytest.raises(OSError, match="File too large") as caught:
        write_whole(file, b"longer than ten bytes")
    assert caught.value.filename == str(file)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_kill_in_the_middle_of_writing_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")
    script = (
        "import os, pathlib, signal, smtune.files\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"smtune.files.write_whole(pathlib.Path({str(file)!r}), b'new')"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert file.read_bytes() == b"old"
    assert [other.name[: len(DRAFT)] for other in tmp_path.iterdir() if other != file] == [DRAFT]


def test_permissions_of_a_file_that_was_there_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")
    for mode in (0o640, 0o600, 0o666):
        file.chmod(mode)
        with umask(0o077):
            write_whole(file, b"new")
        assert permissions(file) == mode


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_of_a_new_file_are_what_the_umask_leaves(tmp_path: Path, mask: int, mode: int) -> None:
    with umask(mask):
        write_whole(tmp_path / "file", b"")
        with folder_beside(tmp_path / "folder") as draft:
            replace_folder(draft, tmp_path / "folder")
    assert permissions(tmp_path / "file") == mode
    assert permissions(tmp_path / "folder") == 0o777 & ~mask


def test_what_is_for_the_owner_only_is_so_from_the_first_byte(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch(0o644)
    with umask(0), file_beside(file, OWNER_ONLY) as draft:
        assert permissions(Path(draft.name)) == OWNER_ONLY
    write_whole(file, b"secret", OWNER_ONLY)
    assert permissions(file) == OWNER_ONLY


def test_a_link_goes_on_leading_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for data in (b"new", b"newer"):
        write_whole(tmp_path / "link", data)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "file").read_bytes() == data


def test_what_is_no_plain_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file, error in ((tmp_path / "folder", IsADirectoryError), (tmp_path / "no" / "file", FileNotFoundError)):
        with pytest.raises(error) as caught:
            write_whole(file, b"new")
        assert caught.value.filename == str(file)
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_name_as_long_as_names_can_be_has_room_for_a_draft(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"


def test_a_file_can_be_made_only_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for data in (b"first", b"second"):
        with contextlib.suppress(FileExistsError), file_beside(file) as draft:
            draft.write(data)
            draft.flush()
            file.hardlink_to(draft.name)
    assert file.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_takes_the_place_of_another_one(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "folder"
    for name in ("old", "new"):
        with folder_beside(target) as draft:
            (draft / name).touch()
            replace_folder(draft, target)
    assert [file.name for file in target.iterdir()] == ["new"]
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_is_not_finished_is_gone(tmp_path: Path) -> None:
    def begin() -> None:
        with folder_beside(tmp_path / "folder") as draft:
            (draft / "file").touch()
            raise ValueError("then something is wrong")

    with pytest.raises(ValueError, match="something is wrong"):
        begin()
    assert list(tmp_path.iterdir()) == []


def test_the_old_folder_is_back_where_the_new_one_cannot_be_moved(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / "never made", target)
    assert list(tmp_path.iterdir()) == [target]
    assert (target / "old").exists()
