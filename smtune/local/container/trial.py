"""One training job as a container: started, watched and ended through a process that talks to the SDK and Docker."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from smtune.errors import SmtuneError
from smtune.local.container.docker import find_compose, find_docker, machine_troubles, remove_container, take_over
from smtune.local.container.image import missing_image
from smtune.local.container.making import make_order
from smtune.local.container.order import BIN, CHANNELS, ROOT, Order
from smtune.local.container.place import Place, read_json, write_json
from smtune.local.container.stand_in import write_stand_in
from smtune.local.contract import CODE
from smtune.local.followed import Followed
from smtune.local.limits import Limits
from smtune.local.log_reader import LogReader
from smtune.local.objects import unpack
from smtune.local.processes import MARK, forget_process, kill_marked, record_process
from smtune.local.settings import LOG, REGION
from smtune.local.trial import TrialPlan

log = logging.getLogger(__name__)
_DRAIN_SECONDS = 10.0
_DEATH_SECONDS = 5.0
_HANGS_SECONDS = 60.0
_STOPPED = 128 + signal.SIGTERM
# What it takes to find Docker and Python; the SDK must not find credentials, nor a configuration that says otherwise.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "PYTHONPATH", "XDG_RUNTIME_DIR")
_KEPT_PREFIX = "DOCKER_"
_SDK_CONFIG = "SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n"


class NoDockerError(SmtuneError):
    """Docker is not what it was when the tuning job was created."""


class ContainerTrial(Followed):
    """A started training job."""

    def __init__(self, plan: TrialPlan) -> None:
        """Start it; raises NoDockerError, OSError or tarfile.TarError when that fails."""
        self.plan = plan
        self.root = plan.folder / "ml"
        self._place = Place(plan.folder)
        self._told: set[str] = set()
        self._trouble: str | None = None
        self._prepare()
        self._limits = Limits(plan.time_limit, plan.stop_grace)
        self._process = self._run()
        try:
            record_process(plan.folder, self._process.pid)
            self._reader = LogReader(self._pipe(self._process.stdout), plan.folder / LOG, plan.scraper)
        except BaseException:  # raised again: nobody would know of a container that runs without its trial
            self.kill()
            self._pipe(self._process.stdout).close()
            raise

    @property
    def trouble(self) -> str | None:
        return super().trouble or (None if self.stopping is not None else self._trouble)

    def poll(self) -> int | None:
        if self._process.poll() is None:
            self._enforce_limits()
            return None
        self._reader.finish(_DRAIN_SECONDS)
        return self._end()

    def stop(self) -> None:
        if self._limits.stop():
            self._tell("stop")

    def kill(self) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_DEATH_SECONDS)
            kill_marked(MARK, str(self.plan.folder))
            self._pipe(self._process.stdin).close()
            remove_leftovers(self.plan.folder)

    def _prepare(self) -> None:
        place = self._place
        docker = find_docker()
        compose = None if docker is None else find_compose(docker)
        if docker is None or compose is None:
            raise NoDockerError("; ".join(machine_troubles()))
        for words in missing_image(self.plan.image or ""):
            raise NoDockerError(words)
        for folder in (place.folder, place.folder / CHANNELS, place.folder / ROOT):
            folder.mkdir(mode=0o700, parents=True)
        for channel, folder in self.plan.data.items():
            (place.folder / CHANNELS / channel).symlink_to(folder, target_is_directory=True)
        if self.plan.archive is not None:
            unpack(self.plan.archive, place.folder / CODE)
        write_stand_in(place.folder / BIN, docker)
        (place.folder / "sdk.yaml").write_text(_SDK_CONFIG, encoding="utf-8")
        write_json(place.order, make_order(self.plan, place.container, docker, compose).to_dict())

    def _run(self) -> subprocess.Popen[bytes]:
        with self._place.said.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "smtune.local.container.run"],
                env=self._environment(),
                cwd=self._place.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        folder = self._place.folder
        kept = {name: text for name, text in os.environ.items() if name in _KEPT or name.startswith(_KEPT_PREFIX)}
        config, nothing = str(folder / "sdk.yaml"), str(folder / "none")
        return {
            **kept,
            "PYTHONUNBUFFERED": "1",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAGEMAKER_USER_CONFIG_OVERRIDE": config,
            "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": config,
            MARK: str(self.plan.folder),
        }

    def _enforce_limits(self) -> None:
        if self._place.started.exists():
            self._limits.begin()
        step = self._limits.due()
        if step == "stop":
            self.stop()
        elif self._limits.is_overdue(_HANGS_SECONDS):
            self.kill()
        elif step == "kill":
            self._tell("kill")

    def _tell(self, word: str) -> None:
        if word in self._told:
            return
        self._told.add(word)
        with suppress(BrokenPipeError):  # it has just ended
            pipe = self._pipe(self._process.stdin)
            pipe.write(f"{word}\n".encode())
            pipe.flush()

    def _end(self) -> int:
        place = self._place
        if place.exit_code.exists():
            code = int(place.exit_code.read_text(encoding="ascii"))
        else:
            code = _STOPPED
            self._trouble = self._explain()
        with suppress(BrokenPipeError):
            self._pipe(self._process.stdin).close()
        forget_process(self.plan.folder)
        remove_leftovers(self.plan.folder)
        return code

    def _explain(self) -> str:
        with suppress(FileNotFoundError):
            return self._place.trouble.read_text(encoding="utf-8")
        return f"the container's runner ended with exit code {self._process.returncode}: see {self._place.said}"

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101  asked for at its start
        return pipe


def remove_leftovers(folder: Path) -> None:
    """Remove the container of the training job in `folder`, if there is one, and what was only for it."""
    place = Place(folder)
    if not place.folder.exists():
        return
    docker = find_docker()
    if docker is None or not remove_container(docker, place.container):
        log.warning("cannot tell whether the container %s is gone: docker rm --force %s", *[place.container] * 2)
    if docker is not None and place.order.exists():
        take_over(docker, Order.from_dict(read_json(place.order)).image, place.folder)
    shutil.rmtree(place.folder, ignore_errors=True)
    for way in Path(tempfile.gettempdir()).glob(f"{place.container}-*"):
        shutil.rmtree(way, ignore_errors=True)
