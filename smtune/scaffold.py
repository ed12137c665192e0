"""The starter specs that come with smtune: what there is, and a copy of one with its data and the schema of specs."""

from __future__ import annotations

import difflib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from smtune.errors import UsageError

SPEC = "spec.yaml"
PLACEHOLDER = "REPLACE-ME"
"""What stands in a template for the user's own bucket, role or job; `smtune validate` takes it."""

_PACKAGE = Path(__file__).parent
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Built-in algorithms": (
        "quickstart",
        "linear-learner",
        "lightgbm",
        "image-classification",
        "deepar",
        "blazingtext",
    ),
    "Your own code": ("scikit-learn", "pytorch", "container"),
    "Ways to search": ("grid", "hyperband", "two-algorithms", "warm-start", "autotune"),
    "A company's account": ("production",),
}
_OTHER_NAMES = {
    "xgboost": "quickstart",
    "forecasting-deepar": "deepar",
    "sklearn": "scikit-learn",
    "torch": "pytorch",
    "script": "scikit-learn",
    "docker": "container",
    "bring-your-own-container": "container",
    "byoc": "container",
    "multi-algorithm": "two-algorithms",
    "secure": "production",
}
_HERE = re.compile(r"^# On this machine(?P<condition>[^:]*): (?P<command>smtune .+)$", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A starter spec, as its first comment lines say it."""

    name: str
    group: str
    about: str
    """One sentence."""
    command: str | None
    """What runs it on this machine, in its folder; None where it needs an account."""
    condition: str = ""
    """What that takes, as in `, where torch is installed`."""


@dataclass(frozen=True)
class Copy:
    """A template in the user's folder."""

    template: Template
    spec: Path
    files: tuple[Path, ...]
    """Those that were written: all but a schema that was there already."""
    placeholders: tuple[int, ...]
    """The lines of the spec in which the user's own values are missing, from 1."""
    has_other_schema: bool
    """Whether a schema was there already, and of another version."""


def templates_folder() -> Path:
    """Where the templates are: in the wheel beside this module, in a checkout at its top."""
    installed = _PACKAGE / "templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "templates"


def list_templates() -> dict[str, Template]:
    """Every template by name, in the order to show them."""
    return {name: _describe(name, group) for group, names in _GROUPS.items() for name in names}


def copy_template(name: str, target: Path) -> Copy:
    """Copy a template to `target`, with the schema that its spec names; executable is what begins with `#!`.

    Either all files are there afterwards, each of them whole, or none. Raises UsageError for an unknown name, or where
    a file would be overwritten; OSError where `target` cannot be written. A schema that is there already stays.
    """
    template = list_templates().get(name)
    if template is None:
        raise UsageError(_unknown(name))
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is not a folder: name another")
    files = _files(name)
    schema, text = _schema()
    has_schema = os.path.lexists(target / schema)
    other = has_schema and _read(target / schema) != text
    contents = {**({} if has_schema else {Path(schema): text}), **files}
    _publish({target / path: content for path, content in contents.items()}, target)
    lines = files[Path(SPEC)].decode().splitlines()
    return Copy(
        template=template,
        spec=target / SPEC,
        files=tuple(target / path for path in contents),
        placeholders=tuple(number for number, line in enumerate(lines, 1) if _is_open(line)),
        has_other_schema=other,
    )


def _describe(name: str, group: str) -> Template:
    text = (templates_folder() / name / SPEC).read_text(encoding="utf-8")
    comments = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    about = next(line for line in comments if not line.startswith("yaml-language-server:"))
    here = _HERE.search(text)
    command, condition = (here["command"], here["condition"]) if here else (None, "")
    return Template(name, group, about, command, condition)


def _unknown(name: str) -> str:
    known = list_templates()
    near = difflib.get_close_matches(name.lower(), [*known, *_OTHER_NAMES], n=1)
    if near:
        return f"no template {name!r}: did you mean {_OTHER_NAMES.get(near[0], near[0])}? All: smtune init --list"
    return f"no template {name!r}; there are: {', '.join(known)}"


def _is_open(line: str) -> bool:
    return PLACEHOLDER in line and not line.startswith("#")


def _files(name: str) -> dict[Path, bytes]:
    """A template's files, the spec last: where it is, the others are."""
    folder = templates_folder() / name
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    found.sort(key=lambda path: path.name == SPEC)
    return {path.relative_to(folder): path.read_bytes() for path in found}


def _schema() -> tuple[str, bytes]:
    from smtune.spec.schema import FILE, spec_schema  # the model of a spec: `init --list` has no use for it

    return FILE, (json.dumps(spec_schema(), indent=2) + "\n").encode()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _publish(contents: Mapping[Path, bytes], target: Path) -> None:
    """Write files that are not there yet: all of them, or none."""
    for path in contents:
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already: name another folder")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".smtune-") as staging, ExitStack() as undo:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _place(_stage(Path(staging) / path.name, content), path)
            undo.callback(path.unlink, missing_ok=True)
        undo.pop_all()


def _stage(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    if content.startswith(b"#!"):
        # Whether a wheel, an archive or a file system keeps the mode differs; the first line is always there.
        mode = path.stat().st_mode
        path.chmod(mode | (mode & 0o444) >> 2)
    return path


def _place(staged: Path, path: Path) -> None:
    """Move a whole file to where nothing is; a link, unlike a rename, never replaces what came there meanwhile."""
    try:
        os.link(staged, path)
    except FileExistsError:
        raise UsageError(f"{path} is there already: name another folder") from None
    except OSError:  # a file system without hard links
        staged.rename(path)
    else:
        staged.unlink()
