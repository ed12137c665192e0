"""A training job's program and whatever it starts: nothing of it is left, wherever it has gone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smtune.local import processes
from smtune.local.contract import Contract
from smtune.local.process_trial import ProcessTrial
from smtune.local.processes import MARK, kill_group, kill_marked, memory_of, process_start
from smtune.local.program import Program
from smtune.local.runners import kill_leftovers
from smtune.local.training_log import TrainingLog
from smtune.local.trial import TrialPlan
from smtune.metrics import Scraper

SETTLES_ELSEWHERE = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open("child", "w").write(str(child.pid))
print("score=1", flush=True)
"""


def planned(folder: Path, source: str) -> TrialPlan:
    return TrialPlan(
        contract=Contract("job-001", {}, {}, "ml.m5.large", 1),
        program=Program("a program", (sys.executable, "-c", source)),
        data={},
        archive=None,
        environment={},
        folder=folder,
        scraper=Scraper([{"Name": "score", "Regex": r"score=(\S+)"}]),
        bubblewrap=None,
    )


def ended(trial: ProcessTrial) -> int:
    until = time.monotonic() + 20
    while (code := trial.poll()) is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    return code


def is_alive(pid: int) -> bool:
    """Also False for one that only waits to be reaped by the system."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_a_process_is_known_by_its_id_and_start() -> None:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    start = process_start(child.pid)
    assert start is not None
    kill_group(child.pid, "another start", 9)
    assert child.poll() is None, "that id belongs to another process now"
    kill_group(child.pid, start, 9)
    assert child.wait(5) == -9
    assert process_start(2**22 + 1) is None


def test_only_processes_with_the_very_mark_are_killed() -> None:
    def sleeper(value: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], env={**os.environ, "MARK": value})

    ours, others = sleeper("/a/b"), sleeper("/a/b2")
    try:
        kill_marked("MARK", "/a/b")
        assert ours.wait(5) == -9
        assert others.poll() is None
    finally:
        others.kill()
        others.wait()


def test_a_child_that_left_the_group_ends_with_its_program(tmp_path: Path) -> None:
    trial = ProcessTrial(planned(tmp_path, SETTLES_ELSEWHERE))
    assert ended(trial) == 0
    child = int((tmp_path / "ml" / "child").read_text())

    assert eventually(lambda: not is_alive(child))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"999999999999 1", b"12"])
def test_leftovers_are_found_whatever_became_of_the_file_with_the_id(tmp_path: Path, content: bytes | None) -> None:
    """A worker that was killed between the start of the program and the end of writing its id leaves no orphan."""
    program = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(tmp_path)}, start_new_session=True)
    # For a moment after its start a program's environment cannot be read: the kernel is still writing it.
    assert eventually(lambda: f"{MARK}={tmp_path}".encode() in processes._environment(program.pid))
    if content is not None:
        (tmp_path / "pid").write_bytes(content)
    kill_leftovers(tmp_path)

    assert program.wait(5) == -9


def test_a_program_whose_id_cannot_be_kept_does_not_run_on(tmp_path: Path) -> None:
    (tmp_path / "pid").mkdir()
    with pytest.raises(IsADirectoryError):
        ProcessTrial(planned(tmp_path, "import time; time.sleep(600)"))

    left = [pid for pid in processes._process_ids() if f"{MARK}={tmp_path}".encode() in processes._environment(pid)]
    assert left == []


def test_a_program_is_read_to_its_end_where_its_log_cannot_be_written(tmp_path: Path) -> None:
    """Else it would wait for ever with a full pipe."""
    (tmp_path / "training.log").mkdir()
    trial = ProcessTrial(planned(tmp_path, "print('x' * 200_000); print('score=0.5')"))

    assert ended(trial) == 0
    assert "cannot write the log: [Errno 21]" in str(trial.trouble)
    assert [item.value for item in trial.drain()] == [0.5]


def test_after_a_line_that_could_not_be_written_whole_none_follows(tmp_path: Path) -> None:
    class Full:
        """A disk with room for so many bytes more."""

        def __init__(self, room: int) -> None:
            self.room, self.content = room, b""

        def write(self, data: memoryview) -> int:
            if not self.room:
                raise OSError(28, "No space left on device")
            part = bytes(data[: self.room])
            self.room -= len(part)
            self.content += part
            return len(part)

        def close(self) -> None:
            """Nothing to do."""

    disk = Full(20)
    with TrainingLog(tmp_path / "training.log") as log:
        log._close()
        log._file = disk  # type: ignore[assignment]
        log.write(1.5, "whole")
        log.write(2.5, "too long for the rest")
        disk.room = 1000  # somebody has made room
        log.write(3.5, "later")

    assert disk.content == b"1.500 whole\n2.500 to"
    assert log.trouble is not None


def test_an_ended_trial_is_not_killed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its id may belong to another process by then."""
    trial = ProcessTrial(planned(tmp_path, "pass"))
    ended(trial)
    monkeypatch.setattr(os, "killpg", None)
    trial.kill()


@pytest.mark.parametrize("child", [False, True], ids=["itself", "with a child of another session"])
def test_a_program_that_uses_more_memory_than_it_may_is_killed_and_told(tmp_path: Path, child: bool) -> None:
    fill = "data = bytearray(300_000_000); import time; time.sleep(600)"
    if child:
        start = f"subprocess.Popen([sys.executable, '-c', {fill!r}], start_new_session=True).wait()"
        fill = f"import subprocess, sys; {start}"
    trial = ProcessTrial(replace(planned(tmp_path, fill), memory=0.2))

    assert ended(trial) == -signal.SIGKILL
    reason = (trial.root / "output" / "failure").read_text(encoding="utf-8")
    assert re.fullmatch(r"OutOfMemory: 0\.3\d GB in use, and SMTUNE_MEMORY_GB allows 0\.2", reason)
    assert memory_of(trial._process.pid) == 0


def test_it_is_killed_though_nobody_can_write_why(tmp_path: Path) -> None:
    """Or the disk is full: nothing that a program does to its folder may end the worker."""
    fill = "import os, shutil; shutil.rmtree(os.environ['SM_OUTPUT_DIR']); data = bytearray(300_000_000)\n"
    trial = ProcessTrial(replace(planned(tmp_path, f"{fill}import time; time.sleep(600)"), memory=0.2))

    assert ended(trial) == -signal.SIGKILL


def test_a_program_within_its_memory_is_left_alone(tmp_path: Path) -> None:
    trial = ProcessTrial(replace(planned(tmp_path, "print('score=0.5')"), memory=1.0))
    assert ended(trial) == 0
