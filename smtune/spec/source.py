"""The files a spec is made of: opened with care, because a name may be that of a pipe, a device or a folder."""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from smtune.errors import Problem, SpecError
from smtune.spec.yaml import MAX_CHARACTERS

STDIN = Path("-")
_LONGEST_NAME = 400
_MAX_BYTES = 4 * MAX_CHARACTERS
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


@dataclass(frozen=True)
class Layers:
    """What a spec is made of, in the order in which it is merged: a base, overlays, then values."""

    files: tuple[Path, ...]
    """The base first; `-` is standard input."""
    settings: tuple[str, ...] = ()
    """`KEY=VALUE` each, as in `hyperparameters.eta.max=0.3`."""

    @property
    def name(self) -> str:
        """The base, as messages name it."""
        return source_name(self.files[0])

    @property
    def folder(self) -> Path:
        """What the paths in the spec are relative to: the folder of the base, whoever says them."""
        return Path.cwd() if self.files[0] == STDIN else self.files[0].absolute().parent

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Each file's text, read once: standard input cannot be read again, and a file may change."""
        if self.files.count(STDIN) > 1:
            raise _error(STDIN, "standard input is named twice", "name it once")
        return tuple(read_text(file) for file in self.files)


def source_name(path: Path) -> str:
    """A file as messages name it: one line, whatever the file is called."""
    if path == STDIN:
        return "<stdin>"
    name = str(path).encode("utf-8", "backslashreplace").decode()
    name = name if name.isprintable() else name.encode("unicode_escape").decode()
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME // 2]}...{name[-_LONGEST_NAME // 2 :]}"


def read_text(path: Path) -> str:
    """The text of a regular file, or of standard input for `-`; raises SpecError. Reads at most 4 MB and never waits
    for a pipe that nobody writes to."""
    try:
        with _open(path) as stream:
            content = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        cause = "embedded null byte" if "\0" in str(path) else cause  # each Python has other words for it
        raise _error(path, f"cannot read the file: {cause}", "name a spec; `smtune init` makes one") from None
    if len(content) > _MAX_BYTES:
        raise _error(path, f"the document is larger than {MAX_CHARACTERS:,} characters")
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read()
    except UnicodeDecodeError:
        raise _error(path, "the file is not UTF-8 text", "save it as UTF-8") from None


def _open(path: Path) -> AbstractContextManager[BinaryIO]:
    if path == STDIN:
        if sys.stdin is None:
            raise _error(path, "standard input is closed", "name a file")
        return nullcontext(sys.stdin.buffer)
    # Looked at before it is opened: opening can already do something to a device, or wait for a pipe's other end.
    _refuse_special(path, path.stat().st_mode)
    raw = io.FileIO(path, opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
    stream = io.BufferedReader(raw)
    try:
        _refuse_special(path, os.fstat(raw.fileno()).st_mode)
    except SpecError:
        stream.close()
        raise
    return stream


def _refuse_special(path: Path, mode: int) -> None:
    kind = _KINDS.get(stat.S_IFMT(mode))
    if kind:
        raise _error(path, f"cannot read the file: it is {kind}", "name a file, or name - and pipe the spec in")


def _error(path: Path, message: str, fix: str = "") -> SpecError:
    name = source_name(path)
    return SpecError((Problem(0, 0, "", message, fix, source=name),), source=name)
