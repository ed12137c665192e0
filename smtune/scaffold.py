"""The starter specs that come with smtune."""

from __future__ import annotations

import shutil
from pathlib import Path

from smtune.errors import UsageError

_PACKAGE = Path(__file__).parent


def templates_folder() -> Path:
    """Where the templates are: in the wheel beside this module, in a checkout at its top."""
    installed = _PACKAGE / "templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "templates"


def list_templates() -> dict[str, str]:
    """Name -> the first line of its spec's comment."""
    specs = sorted(templates_folder().glob("*/spec.yaml"))
    return {spec.parent.name: spec.read_text(encoding="utf-8").splitlines()[0].lstrip("# ") for spec in specs}


def copy_template(name: str, target: Path) -> None:
    """Copy a template to `target`; raises UsageError for an unknown name, or where files would be overwritten."""
    source = templates_folder() / name
    if name not in list_templates():
        message = f"no template {name!r}; there are: {', '.join(list_templates())}"
        raise UsageError(message)
    if target.exists() and not target.is_dir():
        message = f"{target} is not a folder: name another"
        raise UsageError(message)
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    there = [target / path.relative_to(source) for path in files if (target / path.relative_to(source)).exists()]
    if there:
        message = f"{there[0]} is there already: name another folder"
        raise UsageError(message)
    for path in files:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
