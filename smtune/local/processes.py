"""Processes of training jobs, found again by whoever comes after the one that started them."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "SMTUNE_TRAINING_FOLDER"
"""In the environment of a training job's processes, so that whatever is left of them is found."""
_PROC = Path("/proc")
_DEADLINE_SECONDS = 2.0


def process_start(pid: int) -> str | None:
    """When a process started, in the kernel's clock ticks: with its id it names one process for good. None: gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[19]


def record_process(folder: Path, pid: int) -> None:
    """Note in a training job's folder which process leads it."""
    (folder / "pid").write_text(f"{pid} {process_start(pid)}", encoding="ascii")


def forget_process(folder: Path) -> None:
    """It is over."""
    (folder / "pid").unlink(missing_ok=True)


def kill_recorded(folder: Path) -> None:
    """Kill the processes of the training job in `folder`, which nobody has seen the end of, if there are any."""
    try:
        pid, _, start = (folder / "pid").read_text(encoding="ascii", errors="replace").partition(" ")
    except OSError:  # whoever started it died before it wrote it, or did not have to
        pid = start = ""
    if pid.isdecimal():  # empty where the disk was full
        kill_group(int(pid), start, signal.SIGKILL)
    kill_marked(MARK, str(folder))


def kill_group(pid: int, start: str, signal_number: int) -> None:
    """Signal the process group led by `pid`, unless that id now belongs to another process."""
    if process_start(pid) == start:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal_number)


def memory_of(leader: int) -> int:
    """Bytes of memory that a process and all that it started have in use; 0 where there is no /proc."""
    parents: dict[int, int] = {}
    for pid in _process_ids():
        with suppress(OSError):
            fields = (
                (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            )
            parents[pid] = int(fields[1])
    family = {leader}
    for pid in sorted(parents):  # children mostly have larger numbers than their parents
        if parents[pid] in family:
            family.add(pid)
    return sum(_resident(pid) for pid in family)


def _resident(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def kill_marked(name: str, value: str) -> None:
    """Kill the processes with `name=value` in their environment, and those that they start meanwhile.

    A child has its parent's environment, whatever group or session it has moved to. Finds none without /proc.
    """
    mark = f"{name}={value}".encode()
    until = time.monotonic() + _DEADLINE_SECONDS
    while found := [pid for pid in _process_ids() if mark in _environment(pid)]:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() >= until:
            return
        time.sleep(0.01)


def _process_ids() -> list[int]:
    return [int(path.name) for path in _PROC.glob("[0-9]*")]


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
