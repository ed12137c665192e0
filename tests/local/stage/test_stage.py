"""The stage and its clock: what it does that no session shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.errand import DoneErrand
from smtune.local.clock import StillClock
from smtune.local.settings import SCRIPTED, Settings
from smtune.local.stage import Script, Stage


def test_a_still_clock_moves_only_forwards_and_only_when_told() -> None:
    clock = StillClock(1000.0)
    clock.sleep(5)
    clock.set(900.0)
    clock.sleep(-3)
    assert (clock.now(), clock.elapsed()) == (1005.0, 5.0)


def test_without_a_tuning_job_there_is_nothing_to_play(tmp_path: Path) -> None:
    stage = Stage(Settings(tmp_path, runner=SCRIPTED), lambda _: Script(), 1000.0)
    stage.ensure_worker("nobody")
    assert not stage.step()
    stage.finish()
    stage.advance(10)
    assert stage.clock.now() == 1010.0
    stage.close()


def test_an_errand_that_is_done_gives_what_its_call_gave_or_raised() -> None:
    def fail() -> None:
        message = "no"
        raise KeyError(message)

    assert DoneErrand(lambda: 7).is_done()
    assert DoneErrand(lambda: 7).result() == 7
    failed = DoneErrand(fail)
    assert failed.is_done()
    with pytest.raises(KeyError):
        failed.result()
