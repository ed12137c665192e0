"""A script's folder -> a source archive: deterministic, without version control, caches, data or secrets."""

from __future__ import annotations

import fnmatch
import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path

from smtune.errors import Problem, SpecError
from smtune.spec import ScriptSource

# Never in an archive: what is not code, and what must not leave this machine.
_IGNORED_FOLDERS = {
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "venv",
    "__pycache__",
    ".smtune",
    "node_modules",
    ".ipynb_checkpoints",
}
_IGNORED_FILES = (
    ".env",
    ".env.*",
    "*.pyc",
    ".DS_Store",
    "*.pem",
    "*.key",
    "id_rsa*",
    "credentials",
    ".netrc",
    "*.tar.gz",
)


def pack_source(script: ScriptSource, target: Path) -> Path:
    """Write the archive of the script's folder to `target`; raises SpecError when the entry point is not in it."""
    folder = Path(script.source_dir)
    if not (folder / script.entry_point).is_file():
        problem = Problem(
            0,
            0,
            "algorithm.script.entry_point",
            f"there is no file {script.entry_point!r} in {folder}",
            "source_dir is relative to the spec, entry_point to source_dir",
        )
        raise SpecError((problem,))
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in source_files(folder):
            archive.add(path, path.relative_to(folder).as_posix(), filter=_anonymous)
    return target


def source_files(folder: Path) -> Iterator[Path]:
    """The regular files below `folder` that belong into its archive, sorted."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir() and path.name not in _IGNORED_FOLDERS:
            yield from source_files(path)
        elif path.is_file() and not any(fnmatch.fnmatch(path.name, pattern) for pattern in _IGNORED_FILES):
            yield path


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
