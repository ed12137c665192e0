"""Docker for tests: the real one with images of this machine's files, or one that is played. A pytest plugin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / ".venv" / "image"
OWN = "smtune-test:own"
"""An image whose `train` does what the hyperparameter `code` says."""
TOOLKIT = "smtune-test:toolkit"
"""An image with AWS's toolkit for scripts, scikit-learn and XGBoost."""


@pytest.fixture(scope="session")
def engine() -> None:
    """Docker answers and has the images, or the test is skipped; in CI, it fails."""
    reason = _why_not()
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI runs these tests for real: {reason}")
    pytest.skip(f"{reason} (`make docker` sees to everything)")


def _why_not() -> str | None:
    if shutil.which("docker") is None:
        return "Docker is not installed"
    if _ask("info").returncode != 0:
        return "Docker's engine does not answer"
    missing = [tag for tag in (OWN, TOOLKIT) if _ask("image", "inspect", tag).returncode != 0]
    return f"Docker has no image {' and no '.join(missing)}" if missing else None


def containers(home: Path, *more: str) -> list[str]:
    """The names of the containers of training jobs below `home`, of those that run and of those that have ended."""
    done = _ask("ps", "--all", "--format", '{{.Names}} {{.Label "smtune.folder"}}', *more)
    assert done.returncode == 0, done.stderr
    named = (line.partition(" ") for line in done.stdout.splitlines())
    return [name for name, _, folder in named if folder.startswith(f"{home}/")]


@pytest.fixture
def tagged(engine: None) -> str:
    """The image of scikit-learn that the spec of a script names, played by TOOLKIT."""
    name = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    assert _ask("tag", TOOLKIT, name).returncode == 0
    return name


@pytest.fixture
def played_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the SDK's local mode: to import the real one takes some seconds, for each training job."""
    folder = tmp_path / "sdk" / "sagemaker" / "core" / "local"
    folder.mkdir(parents=True)
    for package in (folder, *folder.parents[:2]):
        (package / "__init__.py").touch()
    shutil.copyfile(Path(__file__).with_name("played_sdk.py"), folder / "local_session.py")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, (str(tmp_path / "sdk"), os.environ.get("PYTHONPATH"))))
    )


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` on PATH that runs containers as processes; returns the folder of its state."""
    state, programs = tmp_path / "docker", tmp_path / "programs"
    state.mkdir()
    programs.mkdir()
    script = programs / "docker"
    player = Path(__file__).with_name("played_docker.py")
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{player}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_PLAYED", str(state))
    return state


def _ask(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60)
