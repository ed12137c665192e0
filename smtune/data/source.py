"""A script's folder -> a source archive: deterministic, without version control, caches, data or secrets."""

from __future__ import annotations

import gzip
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from smtune.data.upload.ignore import read_rules
from smtune.data.upload.tree import TreeError, list_tree
from smtune.errors import Problem, SpecError
from smtune.spec import ScriptSource

_DOCUMENTS = (".yaml", ".yml", ".json")
_OURS = re.compile(rb'^apiVersion: *["\']?smtune/|^ *"(?:kind|apiVersion)": "smtune/', re.MULTILINE)
_PLAN = re.compile(rb'{\s*"kind": "smtune/plan"')
_HEAD_BYTES = 4096


def pack_source(script: ScriptSource, target: Path) -> Path:
    """Write the archive of the script's folder to `target`; raises SpecError when the entry point is not in it."""
    folder = Path(script.source_dir)
    files = _files(folder) if folder.is_dir() else ()
    if folder / script.entry_point not in files:
        problem = Problem(
            0,
            0,
            "algorithm.script.entry_point",
            f"there is no file {script.entry_point!r} to pack in {folder}",
            "source_dir is relative to the spec, entry_point to source_dir; caches and secrets are not packed",
        )
        raise SpecError((problem,))
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", dereference=True) as archive,
    ):
        for path in files:
            archive.add(path, path.relative_to(folder).as_posix(), filter=_anonymous)
    return target


def source_files(folder: Path) -> Iterator[Path]:
    """The files below `folder` that belong into its archive, sorted; raises TreeError for a link that leaves it.

    Specs and saved plans are no code: with them a comment in a spec, or a plan written beside it, would be another job.
    """
    rules = read_rules(folder, packs_code=True)
    for leaf in list_tree(folder, packs_code=True).leaves:
        if rules.wants(leaf.name) or not _is_spec_or_plan(leaf.path):
            yield leaf.path


def _files(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(source_files(folder))
    except TreeError as error:
        raise SpecError((Problem(0, 0, "algorithm.script.source_dir", error.message, error.fix),)) from None


def _is_spec_or_plan(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if path.suffix.lower() in _DOCUMENTS:
        return _OURS.search(head) is not None
    return _PLAN.match(head) is not None  # `plan --out` takes any name


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    return member
