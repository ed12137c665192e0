"""This machine as a place for tuning jobs: what the local engine needs, and what it can do without."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from smtune.errors import ConfigurationError
from smtune.local.container.docker import machine_troubles
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings
from smtune.preflight.check import Check, shell

_OLDEST = (3, 11)
_GB = 1024**3
_LITTLE_DISK, _NO_DISK = 5 * _GB, _GB // 2
_LITTLE_MEMORY = _GB
_XGBOOST = ("xgboost-cpu", "xgboost")


def examine_machine() -> tuple[Check, ...]:
    """What keeps tuning jobs from running here. Nothing is changed, nothing leaves this machine."""
    return tuple(_checks())


def _checks() -> Iterator[Check]:
    yield _python()
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        variable = str(error).partition("=")[0]
        yield Check("settings", "failed", str(error), f"unset {variable}")
        return
    yield _sandbox(settings)
    yield _state(settings.home)
    yield _disk(settings.home)
    yield _xgboost()
    yield _processors()
    yield _memory()
    yield _docker(settings.runner)


def _python() -> Check:
    words = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info >= _OLDEST:
        return Check("python", "ok", words)
    return Check("python", "failed", f"{words}: smtune needs 3.11", "uv venv --python 3.12")


def _sandbox(settings: Settings) -> Check:
    if not settings.sandbox:
        detail = "switched off: scripts that say /opt/ml themselves do not work"
        return Check("bubblewrap", "warning", detail, "unset SMTUNE_SANDBOX")
    found = find_bubblewrap()
    if found is not None:
        return Check("bubblewrap", "ok", f"{found} gives each training job its own /opt/ml")
    if shutil.which("bwrap"):
        detail = "it is there, but user namespaces are not allowed here: scripts that say /opt/ml do not work"
        return Check("bubblewrap", "warning", detail, "sudo sysctl -w kernel.unprivileged_userns_clone=1")
    detail = "not there: scripts that say /opt/ml themselves, instead of reading SM_ variables, do not work"
    return Check("bubblewrap", "warning", detail, "pip install 'smtune[sandbox]'")


def _state(home: Path) -> Check:
    there = _nearest(home)
    fix = shell("export", f"SMTUNE_HOME={Path.home() / '.smtune'}")
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".smtune-doctor-"):
            pass
    except OSError as error:
        return Check("state", "failed", f"{there} cannot be written to: {error.strerror}", fix)
    return Check("state", "ok", f"{home} can be written to" if there == home else f"{home} can be made")


def _disk(home: Path) -> Check:
    free = shutil.disk_usage(_nearest(home)).free
    words = f"{free / _GB:.1f} GB free for {home}"
    fix = "export SMTUNE_HOME=FOLDER, on a disk with more room"
    if free < _NO_DISK:
        return Check("disk", "failed", words, fix)
    return Check("disk", "warning", words, fix) if free < _LITTLE_DISK else Check("disk", "ok", words)


def _xgboost() -> Check:
    if find_spec("xgboost") is None:
        detail = "not there: the built-in algorithm does not run here; scripts do"
        return Check("xgboost", "warning", detail, "pip install 'smtune[xgboost]'")
    for name in _XGBOOST:
        try:
            return Check("xgboost", "ok", f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return Check("xgboost", "ok", "it is there")


def _processors() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check("processors", "ok", f"{count}: as many training jobs at once make sense")


def _memory() -> Check:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return Check("memory", "unknown", "this system does not say in /proc/meminfo")
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if len(line.split()) > 1}
    free, whole = found.get("MemAvailable", 0), found.get("MemTotal", 0)
    words = f"{free / _GB:.1f} of {whole / _GB:.1f} GB free"
    if free < _LITTLE_MEMORY:
        return Check("memory", "warning", f"{words}: little for training", "--set limits.parallel=1")
    return Check("memory", "ok", words)


def _docker(runner: str) -> Check:
    if runner == "container":
        troubles = list(machine_troubles())
        if troubles:
            return Check("docker", "failed", "; ".join(troubles), "unset SMTUNE_RUNNER")
        return Check("docker", "ok", "it answers, with compose: training jobs run in containers")
    found = shutil.which("docker")
    return Check("docker", "ok", f"{found or 'not there'}; training jobs run as processes, and do without it")


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(place for place in (path, *path.parents) if place.exists())
