"""No test reaches a network, real credentials or the developer's own state: each of these is made impossible here."""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is slow, not wrong: no example has a deadline.
settings.register_profile("smtune", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("smtune")

pytest_plugins = ["local_jobs"]
_OWN_PREFIXES = ("AWS_", "SAGEMAKER_", "SMTUNE_", "XDG_")


# Each boto3.Session reads the services' models again, some MB of JSON: here all share one reader.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)


class NetworkUsedError(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            message = f"a test tried to connect to {address}"
            raise NetworkUsedError(message)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home, a working folder and a state of its own for each test; yields the engine's state folder."""
    for name in [name for name in os.environ if name.startswith(_OWN_PREFIXES)]:
        monkeypatch.delenv(name)
    own = tmp_path_factory.mktemp("home")
    user, work, state = own / "user", own / "work", own / "state"
    for folder in (user, work):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(user / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(user / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("SMTUNE_HOME", str(state))
    monkeypatch.setenv("SMTUNE_STOP_GRACE_SECONDS", "2")
    monkeypatch.chdir(work)
    yield state
    _kill_workers(state)


def _kill_workers(state: Path) -> None:
    """Workers outlive whoever starts them, and so would those of a test that failed."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"SMTUNE_HOME={state}\0".encode() in environment and b"smtune.local.worker" in command:
            try:
                os.kill(int(process.name), 9)
            except ProcessLookupError:
                continue


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
