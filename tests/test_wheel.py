"""What is installed holds everything that is needed: code, types, tables, templates."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import smtune

ROOT = Path(__file__).parent.parent


def test_the_wheel_is_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    parts = [path for kind in ("py", "json", "toml", "yaml") for path in (ROOT / "smtune").rglob(f"*.{kind}")]
    package = {f"smtune/{path.relative_to(ROOT / 'smtune').as_posix()}" for path in parts}
    templates = {
        f"smtune/templates/{path.relative_to(ROOT / 'templates').as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package | templates | {"smtune/py.typed"} <= names
    assert "smtune/templates/quickstart/data/breast_cancer.csv" in names
    assert smtune.__version__ in wheel.name
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]


def test_the_public_names_are_there() -> None:
    for name in smtune.__all__:
        assert getattr(smtune, name) is not None, name
    assert set(dir(smtune)) == set(smtune.__all__)
