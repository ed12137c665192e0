"""A local session, and a way to launch a script's text on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from local_jobs import GOOD, Run, script_spec

from smtune.data.prepare import prepare
from smtune.launch import launch
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.plan import plan


@pytest.fixture
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture
def session(settings: Settings) -> LocalSession:
    return LocalSession(settings)


@pytest.fixture
def client(session: LocalSession) -> Any:
    return session.client("sagemaker")


@pytest.fixture
def submit(session: LocalSession, tmp_path: Path) -> Run:
    """Launch a tuning job of a script's text; returns its name."""

    def submit(script: str = GOOD, *, changes: Mapping[str, Any] | None = None) -> str:
        folder = tmp_path / "code"
        folder.mkdir(exist_ok=True)
        (folder / "train.py").write_text(script, encoding="utf-8")
        workspace = tmp_path / f"workspace-{time.monotonic_ns()}"
        workspace.mkdir()
        spec = script_spec(**(changes or {}))
        return launch(session, plan(spec, prepare(spec, folder, workspace)))

    return submit
