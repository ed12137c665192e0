"""The SDK's compose file of a training job -> the one that is run: nothing of the caller's can be written to, or leaks.

What the SDK's local mode has and the service has not is taken away: a writable mount of the caller's own data, the
caller's credentials, a network that all jobs of the machine share (and that none can remove while another uses it), a
terminal (programs print colours into it), random names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtune.errors import SmtuneError
from smtune.local.container.order import Order
from smtune.local.contract import OPT_ML

_DATA = f"{OPT_ML}/input/data/"
_INPUT = f"{OPT_ML}/input"
_READ_ONLY = (_DATA, f"{OPT_ML}/metadata")


class ComposeFileError(SmtuneError):
    """The SDK wrote a compose file of another shape than this one was made for."""


def adapt(content: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """The compose file to run, as plain values with `$` escaped; raises ComposeFileError."""
    service = dict(_service(content))
    for name in ("networks", "network_mode", "tty", "stdin_open", "build"):
        service.pop(name, None)
    service |= {
        "container_name": order.container,
        "hostname": order.host,
        "environment": dict(order.environment),
        "labels": {**_labels(service), **order.labels},
        "network_mode": "bridge" if order.network else "none",
        "volumes": [_mount(text, order.compose.major) for text in service.get("volumes", ())],
    }
    if order.memory is not None:  # with swap on top it would only be slow
        service["mem_limit"] = service["memswap_limit"] = f"{round(order.memory * 1e9)}b"
    if not order.network:
        service["extra_hosts"] = [f"{order.host}:127.0.0.1"]
    return {"services": {order.host: _escaped(service)}}


def folders(content: Mapping[str, Any]) -> dict[str, Path]:
    """The folder of this machine that stands for each of the container's."""
    return {mount["target"]: Path(mount["source"]) for mount in map(_mount, _service(content).get("volumes", ()))}


def write_config(content: Mapping[str, Any], order: Order) -> None:
    """Put the service's own configuration files in the place of the SDK's, which leave half of it out."""
    for name, values in order.config.items():
        (folders(content)[_INPUT] / "config" / name).write_text(json.dumps(values), encoding="utf-8")


def _service(content: Mapping[str, Any]) -> Mapping[str, Any]:
    services: Mapping[str, Any] = content.get("services") or {}
    if len(services) != 1:
        message = f"the SDK's compose file has {len(services)} services instead of one: {', '.join(services) or 'none'}"
        raise ComposeFileError(message)
    (service,) = services.values()
    return dict(service)


def _mount(text: str, compose: int = 2) -> dict[str, Any]:
    shared = text.endswith(":z")  # SELinux
    source, _, target = text.removesuffix(":z").rpartition(":")
    if not source or not target.startswith("/"):
        message = f"the SDK's compose file has a volume that is no FOLDER:FOLDER: {text}"
        raise ComposeFileError(message)
    mount: dict[str, Any] = {"type": "bind", "source": os.path.realpath(source), "target": target}
    if compose > 1:
        # Else compose itself writes FOLDER:FOLDER, which no folder with a colon survives; version 1 does not.
        mount["bind"] = {"create_host_path": False, **({"selinux": "z"} if shared else {})}
    if target.startswith(_READ_ONLY):
        mount["read_only"] = True
    return mount


def _labels(service: Mapping[str, Any]) -> dict[str, str]:
    labels = service.get("labels") or {}
    return dict(labels) if isinstance(labels, Mapping) else dict(item.partition("=")[::2] for item in labels)


def _escaped(value: Any) -> Any:
    """Compose puts variables of this machine in the place of `$NAME`, wherever it stands."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {name: _escaped(item) for name, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value
