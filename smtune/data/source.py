"""A script's folder -> a source archive: deterministic, without version control, caches, data or secrets."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from smtune.errors import Problem, SpecError
from smtune.spec import ScriptSource

# Never in an archive: what is not code, and what must not leave this machine (names in small letters).
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
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".aws",
    ".ssh",
    ".gnupg",
}
_IGNORED_FILES = (
    ".git",
    "*.pyc",
    ".ds_store",
    "*.tar.gz",
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "credentials",
    ".git-credentials",
    ".netrc",
    ".pypirc",
    ".npmrc",
)


def pack_source(script: ScriptSource, target: Path) -> Path:
    """Write the archive of the script's folder to `target`; raises SpecError when the entry point is not in it."""
    folder = Path(script.source_dir)
    files = tuple(source_files(folder)) if folder.is_dir() else ()
    if folder / script.entry_point not in files:
        problem = Problem(
            0,
            0,
            "algorithm.script.entry_point",
            f"there is no file {script.entry_point!r} to pack in {folder}",
            "source_dir is relative to the spec, entry_point to source_dir; links, caches and secrets are not packed",
        )
        raise SpecError((problem,))
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in files:
            archive.add(path, path.relative_to(folder).as_posix(), filter=_anonymous)
    return target


def source_files(folder: Path) -> Iterator[Path]:
    """The regular files below `folder` that belong into its archive, sorted."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir() and path.name not in _IGNORED_FOLDERS:
            yield from source_files(path)
        elif path.is_file() and not any(fnmatchcase(path.name.lower(), pattern) for pattern in _IGNORED_FILES):
            yield path


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    return member
