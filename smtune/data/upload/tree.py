"""A file or a folder -> the files that belong to it: links inside the tree followed, links leaving it refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smtune.data.upload.ignore import IGNORE_FILE, Rules, read_rules
from smtune.errors import UsageError

_KEY_BYTES = 1024


class TreeError(UsageError):
    """A tree that cannot be sent as it is: what is wrong, and what to do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(f"{message}\n    {fix}")
        self.message, self.fix = message, fix


@dataclass(frozen=True)
class Leaf:
    """A file of a tree."""

    name: str
    """Relative to the tree's root, with slashes; the file's own name where the root is the file."""
    path: Path


@dataclass(frozen=True)
class Tree:
    """What of a root is taken, sorted by name, and what is not."""

    leaves: tuple[Leaf, ...]
    left_out: tuple[str, ...] = ()
    """Ignored files and folders (with a slash at their end), sorted; nothing below an ignored folder is listed."""


def list_tree(root: Path, *, packs_code: bool = False) -> Tree:
    """The files of `root`, whatever order the disk has them in.

    Raises TreeError for a link that leaves the tree or points nowhere, for what is neither file nor folder, for a name
    that no key can have, and where nothing is left.
    """
    if root.is_file():
        return Tree((Leaf(_key(root.name, root), root),))
    if not root.is_dir():
        message = f"there is no file or folder {root}"
        raise TreeError(message, "name what is on this machine")
    walk = _Walk(root, read_rules(root, packs_code=packs_code))
    leaves = tuple(sorted(walk.below(root, "", (walk.real,)), key=lambda leaf: leaf.name))
    return Tree(leaves, tuple(sorted(walk.left_out)))


class _Walk:
    def __init__(self, root: Path, rules: Rules) -> None:
        self.real = root.resolve()
        self.left_out: list[str] = []
        self._rules = rules

    def below(self, folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[Leaf]:
        """The files below `folder`; `above` are the real folders that it lies in, itself included."""
        with os.scandir(folder) as entries:
            found = list(entries)
        for entry in found:
            name, path = f"{prefix}{entry.name}", folder / entry.name
            # A link is ignored by its name, wherever it points, and where it points to a secret.
            if self._ignores(name, entry):
                continue
            mode = self._mode(path, entry)
            if entry.is_symlink() and self._leads_to_secret(path):
                self.left_out.append(name)
            elif stat.S_ISDIR(mode):
                real = path.resolve() if entry.is_symlink() else above[-1] / entry.name
                if real not in above:  # a link to a folder that it lies in would never end
                    _key(name, path)  # before Python's stack ends
                    yield from self.below(path, f"{name}/", (*above, real))
            elif stat.S_ISREG(mode):
                yield Leaf(_key(name, path), path)
            else:
                message = f"{path} is neither a file nor a folder"
                raise TreeError(message, f"remove it, or name it in {IGNORE_FILE}")

    def _ignores(self, name: str, entry: os.DirEntry[str]) -> bool:
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link to itself
            is_folder = False
        ignored = self._rules.ignores_folder(name) if is_folder else self._rules.ignores_file(name)
        if ignored and name != IGNORE_FILE:
            self.left_out.append(f"{name}/" if is_folder else name)
        return ignored

    def _leads_to_secret(self, link: Path) -> bool:
        real = link.resolve().relative_to(self.real)
        return real != Path() and self._rules.is_secret(real.as_posix())

    def _mode(self, path: Path, entry: os.DirEntry[str]) -> int:
        if not entry.is_symlink():
            return entry.stat(follow_symlinks=False).st_mode
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            message = f"the link {path} points to nothing"
            raise TreeError(
                message, f"it points to {path.readlink()}: remove it, or name it in {IGNORE_FILE}"
            ) from None
        if not real.is_relative_to(self.real):
            message = f"the link {path} leaves its folder"
            raise TreeError(message, f"it points to {real}: copy that, or name the link in {IGNORE_FILE}")
        return real.stat().st_mode


def _key(name: str, path: Path) -> str:
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        message = f"the name of {os.fsencode(path)!r} is not UTF-8, and an S3 key is"
        raise TreeError(message, "rename it") from None
    if size > _KEY_BYTES:
        message = f"the name of {path} has {size} bytes; an S3 key has {_KEY_BYTES} at most"
        raise TreeError(message, "use shorter names")
    return name
