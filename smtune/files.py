"""Files and folders that are there whole or not at all: made beside their place, and moved there when they are done."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

DRAFT = ".smtune-draft-"
"""How the name of what is not done begins. Only what nobody can catch, as kill -9, leaves such a file behind."""
OWNER_ONLY = 0o600
"""Permissions of a file that nobody else may read."""
_ANYBODY = 0o666


def write_whole(file: Path, data: bytes, mode: int | None = None) -> None:
    """Put `data` into `file` in one step: whoever looks sees the old one or all of the new one, even after a power cut.

    `mode` are its permissions; None for those of the file that was there, or else what the umask leaves. What is no
    plain file, as a pipe or /dev/stdout, is written to and stays. Raises OSError, which names `file`.
    """
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(data)  # refused where it is a folder
        else:
            _replace(file.resolve() if file.is_symlink() else file, data, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None  # the draft's name says nothing to anybody


def _replace(file: Path, data: bytes, mode: int | None) -> None:
    if mode is None and file.exists():
        mode = stat.S_IMODE(file.stat().st_mode)
    with file_beside(file, mode) as draft:
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
        Path(draft.name).replace(file)


@contextmanager
def file_beside(file: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """A new file, open, in the folder of `file`: to be moved to its place, or linked; else it is gone afterwards.

    Its path is its `name`. `mode` are its permissions; None for what the umask leaves.
    """
    draft = _beside(file)
    permissions = _ANYBODY if mode is None else mode
    with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, permissions)) as stream:
        try:
            if mode is not None:
                draft.chmod(mode)  # the umask is for those who ask for nothing
            yield stream
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`: to be moved to its place, or part by part; what is left is gone afterwards.

    The folder that both are in is made where there is none.
    """
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(folder)
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def replace_folder(draft: Path, folder: Path) -> None:
    """Move `draft` to where `folder` is, and remove what that was."""
    if not folder.exists():
        draft.rename(folder)
        return
    old = _beside(folder)
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    """A name that nothing has; short, as the name of `path` may be as long as names can be."""
    return path.absolute().parent / f"{DRAFT}{secrets.token_hex(8)}"
