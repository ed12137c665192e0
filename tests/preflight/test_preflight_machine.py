"""This machine as a place for tuning jobs."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from smtune.preflight import Check, examine_machine, machine
from smtune.preflight.machine import _GB

Usage = namedtuple("Usage", "total used free")


def looked() -> dict[str, Check]:
    return {check.name: check for check in examine_machine()}


def test_everything_the_local_engine_needs_is_looked_at(home: Path) -> None:
    found = looked()

    names = ["python", "bubblewrap", "state", "disk", "xgboost", "processors", "memory", "docker"]
    assert list(found) == names
    assert not any(check.state == "failed" for check in found.values())
    assert found["state"].detail == f"{home} can be made"


def test_looking_makes_no_folder(home: Path) -> None:
    examine_machine()

    assert not home.exists()


def test_a_state_folder_that_is_a_file_fails(home: Path) -> None:
    home.write_text("not a folder", encoding="utf-8")

    check = looked()["state"]

    assert check.state == "failed"
    assert check.fix == f"export SMTUNE_HOME={Path.home() / '.smtune'}"


def test_a_folder_that_is_there_is_written_to_and_left_as_it_was(home: Path) -> None:
    home.mkdir()

    assert looked()["state"].state == "ok"
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(("free", "state"), [(10 * _GB, "ok"), (2 * _GB, "warning"), (_GB // 4, "failed")])
def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 * _GB, 0, free))

    assert looked()["disk"].state == state


def test_a_setting_that_cannot_be_used_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_STOP_GRACE_SECONDS", "soon")

    found = looked()

    assert found["settings"].state == "failed"
    assert found["settings"].fix == "unset SMTUNE_STOP_GRACE_SECONDS"


def test_a_sandbox_that_is_switched_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", "off")

    assert looked()["bubblewrap"].fix == "unset SMTUNE_SANDBOX"


@pytest.mark.parametrize(
    ("program", "fix"), [(None, "pip install 'smtune[sandbox]'"), ("/usr/bin/bwrap", "sudo sysctl")]
)
def test_a_missing_sandbox_is_a_warning(monkeypatch: pytest.MonkeyPatch, program: str | None, fix: str) -> None:
    monkeypatch.setattr(machine, "find_bubblewrap", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda _: program)

    check = looked()["bubblewrap"]

    assert check.state == "warning"
    assert check.fix.startswith(fix)


def test_a_missing_xgboost_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "find_spec", lambda _: None)

    check = looked()["xgboost"]

    assert check.state == "warning"
    assert check.fix == "pip install 'smtune[xgboost]'"
