"""One training job through the SDK's local mode: `python -m smtune.local.container.run`.

The container's log is its stdout; what the SDK, compose and Docker say is its stderr. It is told `stop` and `kill` on
stdin, and takes the end of stdin for `kill`: then whoever started it is gone. It leaves no container behind.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from smtune.local.container.docker import ask, remove_container
from smtune.local.container.order import BIN, ROOT, Order, to_request
from smtune.local.container.place import Place, read_json
from smtune.local.processes import MARK
from smtune.local.settings import REGION

log = logging.getLogger(__name__)
_TICK_SECONDS = 0.05
_LOG_SECONDS = 60.0
_NO_EXIT_CODE = 125
_SIGNALS = {"stop": "TERM", "kill": "KILL"}


class Commands:
    """What is to happen to the container, once there is one."""

    def __init__(self, place: Place, order: Order) -> None:
        self._place, self._order = place, order
        self.over = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while words := os.read(0, 64):  # sys.stdin would be locked when the interpreter ends
            for word in words.decode("ascii").split():
                self._send(_SIGNALS[word])
        self._send("KILL")

    def _send(self, signal: str) -> None:
        if not self._place.started.exists():
            self._place.cancelled.touch()
            signal = "KILL"  # it is only starting
        while not self._place.started.exists():
            if self.over.wait(_TICK_SECONDS):
                return
        ask([self._order.docker, "kill", "--signal", signal, self._order.container])


class Log:
    """Copies the container's log to stdout, byte by byte, from its beginning to its end."""

    def __init__(self, place: Place, order: Order, over: threading.Event) -> None:
        self._place, self._order, self._over = place, order, over
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for its end."""
        self._over.set()
        self._thread.join(_LOG_SECONDS)

    def _follow(self) -> None:
        while not self._place.started.exists():
            if self._over.wait(_TICK_SECONDS):
                break
        if self._place.started.exists():
            command = [self._order.docker, "logs", "--follow", self._order.container]
            subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False)


def main() -> int:
    """Run the training job in the folder that the environment names; the exit code is the container's."""
    place = Place(Path(os.environ[MARK]))
    order = Order.from_dict(read_json(place.order))
    commands = Commands(place, order)
    log = Log(place, order, commands.over)
    try:
        with tempfile.TemporaryDirectory(prefix=f"{order.container}-") as folder, redirect_stdout(sys.stderr):
            # A plain, short way to the job's folder: the SDK refuses data below /root and /etc, and splits at colons.
            base = Path(folder) / "job"
            base.symlink_to(place.folder, target_is_directory=True)
            os.environ["PATH"] = f"{base / BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
            _train(order, base)
    except Exception as error:  # noqa: BLE001  the SDK raises whatever comes
        _explain(place, error)
    finally:
        log.finish()
        remove_container(order.docker, order.container)
    return int(place.exit_code.read_text(encoding="ascii")) if place.exit_code.exists() else _NO_EXIT_CODE


def _train(order: Order, base: Path) -> None:
    import boto3
    import botocore.session
    from sagemaker.core.local.local_session import LocalSession

    # Neither the caller's profile nor their credentials: the SDK would hand them to the container.
    core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    session = LocalSession(boto_session=boto3.Session(botocore_session=core, region_name=REGION))
    own: dict[str, Any] = (session.config or {}).get("local", {})  # container_config, say: more shared memory
    session.config = {"local": {**own, "container_root": str(base / ROOT)}}
    session.sagemaker_client.create_training_job(**to_request(order, base))


def _explain(place: Place, error: Exception) -> None:
    """The SDK's error is no news if the container has ended: it raises for every exit code but 0 and 130."""
    log.warning("%s: %s", type(error).__name__, error)
    if not place.exit_code.exists() and not place.trouble.exists():
        place.trouble.write_text(f"the SDK's local mode failed: {type(error).__name__}: {error}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
