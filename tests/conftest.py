"""No test reaches a network, real credentials or the developer's own state: each of these is made impossible here."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import itertools
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from examples import THOROUGH
from guards import NetworkUsedError
from hypothesis import HealthCheck, settings

# A loaded machine is slow, not wrong: no example has a deadline.
settings.register_profile("smtune", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(THOROUGH, parent=settings.get_profile("smtune"))
settings.load_profile("smtune")

pytest_plugins = ["botocore_once", "local_jobs"]
gc.disable()  # until all is collected: imports make no garbage worth the search
_OWN_PREFIXES = ("AWS_", "SAGEMAKER_", "SMTUNE_", "XDG_")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests run side by side, the files with slow ones begin: at the end nobody waits for one of those."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Thousands of tests and the libraries stay to the end: nobody looks through them for garbage, not even once."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all processes that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """For the whole session: what a fixture of a module does is guarded, too."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            message = f"a test tried to connect to {address}"
            raise NetworkUsedError(message)
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_session() -> Iterator[None]:
    """What a fixture of a module did with boto3's own session is over with the module: it may hold credentials."""
    boto3.DEFAULT_SESSION = None
    yield
    boto3.DEFAULT_SESSION = None


@pytest.fixture(autouse=True, scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Path]]:
    """Folders of their own for each test. Counted: `mktemp` would list thousands of siblings for each of them."""
    folder = tmp_path_factory.mktemp("homes", numbered=False)
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, folder / "nobody")  # a fixture of a module comes before any test's home
        yield (folder / str(number) for number in itertools.count())
    _kill_workers(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home, a working folder and a state of its own for each test; yields the engine's state folder."""
    own = next(_homes)
    user, work, state = own / "user", own / "work", own / "state"
    for folder in (own, user, work):
        folder.mkdir()
    _settle(monkeypatch, user)
    monkeypatch.setenv("SMTUNE_HOME", str(state))
    monkeypatch.setenv("SMTUNE_STOP_GRACE_SECONDS", "2")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # or it keeps the credentials of the test that made it
    monkeypatch.chdir(work)
    yield state
    # Only what has begun to run a job has a state; to look through all processes takes as long as a small test.
    if state.exists():
        _kill_workers(own)


def _settle(patch: pytest.MonkeyPatch, user: Path) -> None:
    """Nothing of the developer's own in the environment, and this home of a user."""
    for name in [name for name in os.environ if name.startswith(_OWN_PREFIXES)]:
        patch.delenv(name)
    patch.setenv("HOME", str(user))
    patch.setenv("AWS_CONFIG_FILE", str(user / "no-aws-config"))
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(user / "no-aws-credentials"))
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # hundreds of images for each VPC, and nobody looks at them


@pytest.fixture
def tmp_path(home: Path) -> Path:
    """pytest's own fixture, beside the test's home: see `_homes`."""
    folder = home.with_name("tmp")
    folder.mkdir()
    return folder


def _kill_workers(folder: Path) -> None:
    """End the workers of every state below `folder`: they outlive whoever starts them, a test that failed as well."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if b"smtune.local.worker" not in command:
                continue
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"\0SMTUNE_HOME={folder}/".encode() in b"\0" + environment:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
