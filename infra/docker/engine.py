"""Docker's engine for the tests of containers: the one that is there, else one that is started; never a second one.

    python infra/docker/engine.py

A second dockerd on a machine takes the first one's bridge away. So none is started while any lives, answering or not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 30.0


def engine_answers() -> bool:
    """Whether Docker can be asked for anything."""
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def start_engine() -> str | None:
    """See to it that an engine answers; why there is none, in words, or None."""
    if engine_answers():
        return None
    if shutil.which("docker") is None or shutil.which("dockerd") is None:
        return "Docker is not installed: apt-get install docker.io"
    living = list(_living())
    if not living and os.geteuid() != 0:
        return "Docker's engine does not run, and only root can start it: sudo systemctl start docker"
    if not living:
        _start()
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if engine_answers():
            return None
        time.sleep(0.2)
    place = f"process {living[0]}, so no other is started" if living else f"see {_folder() / 'log'}"
    return f"Docker's engine does not answer after {_SECONDS:.0f} s ({place})"


def _start() -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        subprocess.Popen(
            ["dockerd", "--data-root", str(folder / "data")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _living() -> Iterator[int]:
    for name in Path("/proc").glob("[0-9]*/comm"):
        try:
            if name.read_text(encoding="utf-8").strip() == "dockerd":
                yield int(name.parent.name)
        except OSError:
            continue


def _folder() -> Path:
    """Not HOME, which tests set."""
    return Path(pwd.getpwuid(os.geteuid()).pw_dir) / ".cache" / "smtune-docker"


if __name__ == "__main__":
    sys.exit(start_engine())
