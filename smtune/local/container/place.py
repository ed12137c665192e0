"""Where a training job in a container has its things: the folder `container` below its own, and a container's name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "container"


@dataclass(frozen=True)
class Place:
    """The files by which those who run one training job talk to each other."""

    training: Path
    """The training job's folder."""

    @property
    def folder(self) -> Path:
        return self.training / FOLDER

    @property
    def container(self) -> str:
        """The container's name, and its compose project's: unique on this machine."""
        return f"smtune-{hashlib.sha256(str(self.training).encode()).hexdigest()[:20]}"

    @property
    def order(self) -> Path:
        """What to run: an Order as JSON."""
        return self.folder / "order.json"

    @property
    def started(self) -> Path:
        """Is there once the container runs."""
        return self.folder / "started"

    @property
    def cancelled(self) -> Path:
        """Is there once nothing must start any more."""
        return self.folder / "cancelled"

    @property
    def exit_code(self) -> Path:
        """The container's, once it has ended."""
        return self.folder / "exit-code"

    @property
    def trouble(self) -> Path:
        """Why there is no exit code, in words."""
        return self.folder / "trouble"

    @property
    def said(self) -> Path:
        """What the SDK, compose and Docker said; stays when the rest goes."""
        return self.training / "runner.log"


def write_json(path: Path, content: Any) -> None:
    """For the owner's eyes: an order holds the environment of the training job."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
