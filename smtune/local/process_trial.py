"""One training job as a process: its own /opt/ml, its log read line by line, an outcome at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO

from smtune.local.contract import CODE, OPT_ML, arguments, lay_out, variables
from smtune.local.followed import Followed
from smtune.local.limits import Limits
from smtune.local.log_reader import LogReader
from smtune.local.objects import unpack
from smtune.local.processes import MARK, forget_process, kill_marked, memory_of, record_process
from smtune.local.sandbox import Room, program_pid, wrap
from smtune.local.settings import LOG
from smtune.local.trial import TrialPlan

_DRAIN_SECONDS = 5.0
_DEATH_SECONDS = 5.0
_WEIGH_SECONDS = 1.0
# What a training job gets of this machine's environment: no credentials, no settings of the caller's.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


class ProcessTrial(Followed):
    """A started training job."""

    def __init__(self, plan: TrialPlan) -> None:
        """Lay out /opt/ml and start the program; raises OSError or tarfile.TarError when that fails."""
        self.plan = plan
        self.root = plan.folder / "ml"
        self._prepare()
        self._limits = Limits(plan.time_limit, plan.stop_grace)
        self._weighed = 0.0
        self._process = self._run()
        self._limits.begin()
        try:
            record_process(plan.folder, self._process.pid)
            self._reader = LogReader(self._log_of_program(), plan.folder / LOG, plan.scraper)
        except BaseException:  # raised again: nobody would know of a program that runs without its trial
            self.kill()
            self._log_of_program().close()
            raise

    def poll(self) -> int | None:
        if self._process.poll() is None:
            self._enforce_limits()
            return None
        self._kill_rest()  # which also holds the log open
        self._reader.finish(_DRAIN_SECONDS)
        forget_process(self.plan.folder)
        return self._process.returncode

    def stop(self) -> None:
        if not self._limits.stop():
            return
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
        if self._process.returncode is None:  # or its id may be another's by now
            self._kill_rest()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_DEATH_SECONDS)

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

    def _log_of_program(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101  asked for at its start
        return self._process.stdout

    def _enforce_limits(self) -> None:
        step = self._limits.due()
        if step == "stop":
            self.stop()
        elif step == "kill" or self._is_too_large():
            self._signal_group(signal.SIGKILL)

    def _is_too_large(self) -> bool:
        """Whether it uses more memory than it may; looked at once a second, and said in the failure file."""
        most, now = self.plan.memory, time.monotonic()
        if most is None or now - self._weighed < _WEIGH_SECONDS:
            return False
        self._weighed, used = now, memory_of(self._process.pid) / 1e9
        if used > most:
            reason = f"OutOfMemory: {used:.2f} GB in use, and SMTUNE_MEMORY_GB allows {most:g}"
            with suppress(OSError):  # the program may have removed the folder
                (self.root / "output" / "failure").write_text(reason, encoding="utf-8")
        return used > most

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
        return wrap(plan.bubblewrap, Room(self.root, plan.data, plan.network, (MARK,)), folder, command)

    def _environment(self) -> dict[str, str]:
        plan = self.plan
        base = OPT_ML if plan.bubblewrap else str(self.root)
        result = {name: os.environ[name] for name in _KEPT if name in os.environ}
        result |= {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": str(plan.contract.cpus)}
        if plan.program.entry_point:
            result["PYTHONPATH"] = f"{base}/{CODE}"
        return result | variables(plan.contract, base) | dict(plan.environment) | {MARK: str(plan.folder)}

    def _kill_rest(self) -> None:
        self._signal_group(signal.SIGKILL)
        if self.plan.bubblewrap is None:  # with it, all die with the group's first
            kill_marked(MARK, str(self.plan.folder))

    def _signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
