"""A launch under way is remembered whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from smtune.errors import ConfigurationError
from smtune.execute import Pending


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_launch_is_remembered_till_it_has_been_told() -> None:
    pending = Pending.of("000000000000/us-east-1", "job-1")
    assert pending.name() is None
    pending.remember("job-2")
    assert Pending.of("000000000000/us-east-1", "job-1").name() == "job-2"
    assert Pending.of("111111111111/us-east-1", "job-1").name() is None
    pending.forget()
    pending.forget()
    assert pending.name() is None


@pytest.mark.parametrize("text", ["", '{"name": "jo', "[]", "null", "\x00", '{"other": 1}'])
def test_a_note_that_is_not_whole_is_none(text: str) -> None:
    pending = Pending.of("a", "b")
    pending.remember("job")
    pending.file.write_text(text, encoding="utf-8")
    assert pending.name() is None


def test_a_full_disk_leaves_the_note_that_is_there(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pending = Pending.of("a", "b")
    pending.remember("first")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        ConfigurationError, match=r"No space left on device; --new keeps a note there: .*XDG_STATE_HOME"
    ):
        pending.remember("second")
    assert pending.name() == "first"
    assert list((state / "smtune" / "launches").iterdir()) == [pending.file]


def test_a_folder_that_cannot_be_made_is_named(state: Path) -> None:
    state.write_text("a file where a folder should be")
    with pytest.raises(ConfigurationError, match="--new keeps a note there"):
        Pending.of("a", "b").remember("job")
