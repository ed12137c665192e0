"""A tree -> its manifest: names, sizes and hashes of its files, and one fingerprint of the whole."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.data.upload.hashes import Digest, digests
from smtune.data.upload.tree import Tree, TreeError, list_tree
from smtune.errors import listed

KIND = "smtune/manifest"
SCHEMA_VERSION = 1
_FINGERPRINT = 16


@dataclass(frozen=True)
class Entry:
    """A file of a manifest."""

    name: str
    """Relative to the tree's root, with slashes."""
    bytes: int
    sha256: str
    """64 hexadecimal digits."""


@dataclass(frozen=True)
class Manifest:
    """All files of a tree, sorted by name. The same names and contents make the same manifest, wherever they lie."""

    entries: tuple[Entry, ...]

    @functools.cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits."""
        lines = "".join(f"{each.sha256} {each.bytes} {one_line(each.name)}\n" for each in self.entries)
        return hashlib.sha256(lines.encode()).hexdigest()[:_FINGERPRINT]

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.entries)

    def to_json(self) -> str:
        """The manifest as it lies beside the data: no time and no path of this machine in it."""
        files = [{"path": each.name, "bytes": each.bytes, "sha256": each.sha256} for each in self.entries]
        data = {"kind": KIND, "schema_version": SCHEMA_VERSION, "fingerprint": self.fingerprint, "files": files}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Inventory:
    """A tree of this machine with its manifest."""

    manifest: Manifest
    sources: Mapping[str, tuple[Path, Digest]]
    """Name -> the file and its digest."""
    left_out: tuple[str, ...] = ()
    """What the ignore rules left on this machine."""


def take_inventory(root: Path) -> Inventory:
    """The inventory of a file or a folder.

    Raises TreeError for a tree that cannot be sent or is empty, OSError for a file that cannot be read.
    """
    tree = list_tree(root)
    if not tree.leaves:
        raise empty_tree(root, tree)
    known = digests(leaf.path for leaf in tree.leaves)
    sources = {leaf.name: (leaf.path, known[leaf.path]) for leaf in tree.leaves}
    entries = tuple(Entry(name, found.bytes, found.sha256) for name, (_, found) in sources.items())
    return Inventory(Manifest(entries), sources, tree.left_out)


def one_line(name: str) -> str:
    """A file's name as it is hashed: one with a line end cannot pass for two files."""
    return name.replace("\\", "\\\\").replace("\n", "\\n")


def empty_tree(root: Path, tree: Tree) -> TreeError:
    """What to say of a folder without files."""
    why = f" (left out: {listed(tree.left_out, 5)})" if tree.left_out else ""
    return TreeError(f"there are no files at {root}{why}", "name a file, or a folder of files")


def read_manifest(text: str | bytes) -> Manifest | None:
    """The manifest in `text`; None for what is none, of another version, or edited."""
    try:
        data = json.loads(text)
        entries = tuple(_entries(data["files"]))
        found = Manifest(entries)
        sound = (data["kind"], data["schema_version"], data["fingerprint"]) == (KIND, SCHEMA_VERSION, found.fingerprint)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if sound else None


def _entries(files: Iterable[Mapping[str, Any]]) -> Iterable[Entry]:
    for each in files:
        yield Entry(str(each["path"]), int(each["bytes"]), str(each["sha256"]))
