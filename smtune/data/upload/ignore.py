"""Which files stay on this machine: secrets and version control always, clutter unless `.smtuneignore` wants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from smtune.errors import UsageError

IGNORE_FILE = ".smtuneignore"

# Names in small letters. What must not leave this machine, whatever `.smtuneignore` says.
_NEVER_FOLDERS = {".git", ".hg", ".svn", ".smtune", ".aws", ".ssh", ".gnupg"}
_NEVER_FILES = (
    ".git",
    IGNORE_FILE,
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
# What is left out unless a line `!name` of `.smtuneignore` takes it in.
_CLUTTER_FOLDERS = {"__pycache__", "venv", "node_modules"}
_CLUTTER_FILES = ("*.pyc", ".ds_store", "thumbs.db")
_PACKED = ("*.tar.gz",)


@dataclass(frozen=True)
class Rules:
    """What of one tree is ignored."""

    packs_code: bool = False
    """A source archive leaves archives out, too; as data they are welcome."""
    own: Any = field(default=None, repr=False)
    """The lines of `.smtuneignore`, as a pathspec; None where there is no such file."""

    def is_secret(self, name: str) -> bool:
        """Whether the file or folder `name` (relative, with slashes) must not leave this machine."""
        *above, last = PurePosixPath(name.lower()).parts
        return any(part in _NEVER_FOLDERS for part in (*above, last)) or _fits(last, _NEVER_FILES)

    def ignores_folder(self, name: str) -> bool:
        """Whether nothing below the folder `name` (relative, with slashes) is taken."""
        last = PurePosixPath(name).name.lower()
        if last in _NEVER_FOLDERS:
            return True
        return self._verdict(f"{name}/", default=last in _CLUTTER_FOLDERS or last.startswith("."))

    def ignores_file(self, name: str) -> bool:
        """Whether the file `name` (relative, with slashes) is not taken."""
        last = PurePosixPath(name).name.lower()
        if _fits(last, _NEVER_FILES):
            return True
        clutter = _CLUTTER_FILES + (_PACKED if self.packs_code else ())
        return self._verdict(name, default=_fits(last, clutter))

    def wants(self, name: str) -> bool:
        """Whether a line `!name` of `.smtuneignore` takes the file `name` in."""
        return self.own is not None and self.own.check_file(name).include is False

    def _verdict(self, name: str, *, default: bool) -> bool:
        said = self.own.check_file(name).include if self.own is not None else None
        return default if said is None else bool(said)


def read_rules(root: Path, *, packs_code: bool = False) -> Rules:
    """The rules of the tree at `root`; raises UsageError for an ignore file that cannot be read."""
    file = root / IGNORE_FILE
    if not file.is_file():
        return Rules(packs_code)
    from pathspec import GitIgnoreSpec

    try:
        return Rules(packs_code, GitIgnoreSpec.from_lines(file.read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError) as error:
        message = f"cannot read {file}: {error}. It has lines as .gitignore has them"
        raise UsageError(message) from None


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
