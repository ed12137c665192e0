"""One training job as a process: its own /opt/ml, its log read line by line, an outcome at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from smtune.local.contract import CODE, OPT_ML, Contract, arguments, lay_out, variables
from smtune.local.objects import unpack
from smtune.local.processes import kill_group, kill_marked, process_start
from smtune.local.program import Program
from smtune.local.sandbox import Room, program_pid, wrap
from smtune.local.training_log import TrainingLog
from smtune.metrics import Observation, Scraper

_LINE_BYTES = 65_536
_DRAIN_SECONDS = 5.0
_DEATH_SECONDS = 5.0
_TAIL_LINES = 50
_MARK = "SMTUNE_TRAINING_FOLDER"
"""In the environment of a training job's processes, so that whatever is left of them is found."""
# What a training job gets of this machine's environment: no credentials, no settings of the caller's.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class TrialPlan:
    """Everything a training job's process needs."""

    contract: Contract
    program: Program
    data: Mapping[str, Path]
    archive: Path | None
    environment: Mapping[str, str]
    """The request's, on top of the contract's."""
    folder: Path
    """Holds `ml` (its /opt/ml), `training.log` and, while it runs, `pid`."""
    scraper: Scraper
    bubblewrap: str | None
    network: bool = True
    time_limit: float = float("inf")
    stop_grace: float = 120.0


class Trial:
    """A started training job."""

    def __init__(self, plan: TrialPlan) -> None:
        """Lay out /opt/ml and start the program; raises OSError or tarfile.TarError when that fails."""
        self.plan = plan
        self.root = plan.folder / "ml"
        self.stopping: float | None = None
        """When it was told to end, on the clock that nobody sets."""
        self.timed_out = False
        self._observed: list[Observation] = []
        self._lock = threading.Lock()
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self.lines = 0
        self.trouble: OSError | None = None
        """What kept the log from being written."""
        self._prepare()
        self._started = time.monotonic()
        self._process = self._run()
        try:
            self._follow()
        except BaseException:  # raised again: nobody would know of a program that runs without its trial
            self.kill()
            self._log_of_program().close()
            raise

    def poll(self) -> int | None:
        """The exit code once the program is over and its log is read to the end; enforces the time limits."""
        if self._process.poll() is None:
            self._enforce_limits()
            return None
        self._kill_rest()  # which also holds the log open
        self._reader.join(_DRAIN_SECONDS)
        (self.plan.folder / "pid").unlink(missing_ok=True)
        return self._process.returncode

    def stop(self) -> None:
        """Ask the program to end, as the service does: SIGTERM, and SIGKILL after the grace period."""
        if self.stopping is not None:
            return
        self.stopping = time.monotonic()
        if self.plan.bubblewrap is None:
            self._signal_group(signal.SIGTERM)
            return
        pid = program_pid(self._process.pid)
        if pid is None:
            self._signal_group(signal.SIGKILL)  # it is only starting, or ending
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the program and all that it has started, at once."""
        if self._process.returncode is None:  # or its id may be another's by now
            self._kill_rest()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_DEATH_SECONDS)

    def drain(self) -> list[Observation]:
        """The metric values printed since the last call."""
        with self._lock:
            observed, self._observed = self._observed, []
        return observed

    def _run(self) -> subprocess.Popen[bytes]:
        in_code = self.root / CODE if self.plan.program.entry_point else self.root
        return subprocess.Popen(
            self._command(),
            env=self._environment(),
            cwd=None if self.plan.bubblewrap else in_code,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _follow(self) -> None:
        pid = self._process.pid
        (self.plan.folder / "pid").write_text(f"{pid} {process_start(pid)}", encoding="ascii")
        self._reader = threading.Thread(target=self._read, args=(self._log_of_program(),), daemon=True)
        self._reader.start()

    def _log_of_program(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101  asked for at its start
        return self._process.stdout

    def _enforce_limits(self) -> None:
        now = time.monotonic()
        if self.stopping is None and now - self._started > self.plan.time_limit:
            self.timed_out = True
            self.stop()
        elif self.stopping is not None and now - self.stopping > self.plan.stop_grace:
            self._signal_group(signal.SIGKILL)

    def _prepare(self) -> None:
        lay_out(self.plan.contract, self.root)
        for channel, folder in self.plan.data.items():
            place = self.root / "input" / "data" / channel
            if self.plan.bubblewrap:
                place.mkdir()
            else:
                place.symlink_to(folder, target_is_directory=True)
        if self.plan.archive is not None:
            unpack(self.plan.archive, self.root / CODE)

    def _command(self) -> list[str]:
        plan = self.plan
        command = [*plan.program.command, *(arguments(plan.contract) if plan.program.entry_point else ())]
        if plan.bubblewrap is None:
            return command
        folder = f"{OPT_ML}/{CODE}" if plan.program.entry_point else OPT_ML
        return wrap(plan.bubblewrap, Room(self.root, plan.data, plan.network, (_MARK,)), folder, command)

    def _environment(self) -> dict[str, str]:
        plan = self.plan
        base = OPT_ML if plan.bubblewrap else str(self.root)
        result = {name: os.environ[name] for name in _KEPT if name in os.environ}
        result |= {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": str(plan.contract.cpus)}
        if plan.program.entry_point:
            result["PYTHONPATH"] = f"{base}/{CODE}"
        return result | variables(plan.contract, base) | dict(plan.environment) | {_MARK: str(plan.folder)}

    def _read(self, stream: IO[bytes]) -> None:
        with stream, TrainingLog(self.plan.folder / "training.log") as log:
            while raw := stream.readline(_LINE_BYTES):
                now = time.time()
                line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
                log.write(now, line)
                observed = self.plan.scraper.read(line, now)
                self.lines += 1
                self.tail.append(line)
                with self._lock:
                    self._observed += observed
            self.trouble = log.trouble

    def _kill_rest(self) -> None:
        self._signal_group(signal.SIGKILL)
        if self.plan.bubblewrap is None:  # with it, all die with the group's first
            kill_marked(_MARK, str(self.plan.folder))

    def _signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def kill_leftovers(folder: Path) -> None:
    """Kill the processes of a training job whose worker died, if there are any."""
    file = folder / "pid"
    try:
        pid, _, start = file.read_text(encoding="ascii", errors="replace").partition(" ")
    except OSError:  # the worker died before it wrote it, or did not have to
        pid = start = ""
    if pid.isdecimal():  # empty where the disk was full
        kill_group(int(pid), start, signal.SIGKILL)
    kill_marked(_MARK, str(folder))
