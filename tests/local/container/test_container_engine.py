"""The script that sees to Docker's engine for tests: it starts one if there is none, and never a second one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "infra" / "docker" / "engine.py"
Machine = Callable[..., list[str]]


@pytest.fixture
def engine() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docker_engine_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def machine(engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine: what is installed, who asks, which engines live. Returns what is started on it, as it is started."""

    def machine(*programs: str, user: int = 0, living: tuple[int, ...] = (), answers: bool = False) -> list[str]:
        started: list[str] = []
        monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in programs else None)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(engine, "_SECONDS", 0.3)
        monkeypatch.setattr(engine, "_living", lambda: iter(living))
        monkeypatch.setattr(engine, "_start", lambda: started.append("dockerd"))
        monkeypatch.setattr(engine, "engine_answers", lambda: answers or bool(started))
        return started

    return machine


def test_an_engine_that_answers_is_taken(engine: ModuleType, machine: Machine) -> None:
    started = machine("docker", "dockerd", answers=True)
    assert engine.start_engine() is None
    assert started == []


def test_where_there_is_none_it_is_started(engine: ModuleType, machine: Machine) -> None:
    started = machine("docker", "dockerd")
    assert engine.start_engine() is None
    assert started == ["dockerd"]


def test_beside_one_that_lives_and_does_not_answer_none_is_started(engine: ModuleType, machine: Machine) -> None:
    started = machine("docker", "dockerd", living=(4711,))
    assert "process 4711, so no other is started" in engine.start_engine()
    assert started == []


@pytest.mark.parametrize(
    ("programs", "user", "words"),
    [
        ((), 0, "apt-get install docker.io"),
        (("docker",), 0, "apt-get install docker.io"),
        (("docker", "dockerd"), 1000, "only root can start it"),
    ],
)
def test_where_none_can_be_started_it_says_why(
    engine: ModuleType, machine: Machine, programs: tuple[str, ...], user: int, words: str
) -> None:
    started = machine(*programs, user=user)
    assert words in engine.start_engine()
    assert started == []


def test_one_that_hangs_does_not_answer(engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(command: list[str], **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(subprocess, "run", hangs)
    assert engine.engine_answers() is False
