"""What a training container is given below /opt/ml, and how it ends: shared by the programs that stand for one."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.local.programs.failures import AlgorithmError, UserError


@dataclass(frozen=True)
class TrainingFolder:
    """The /opt/ml of one training job."""

    base: Path
    hyperparameters: Mapping[str, str]
    channels: Mapping[str, Mapping[str, str]]
    """As in inputdataconfig.json: ContentType, TrainingInputMode."""

    def data(self, channel: str) -> Path:
        """The folder of a channel."""
        return self.base / "input" / "data" / channel


def read_folder(base: Path) -> TrainingFolder:
    """The training job below `base`; raises UserError where it has several hosts."""
    config = base / "input" / "config"
    if len(_read_json(config / "resourceconfig.json").get("hosts", [])) > 1:
        message = "training on several hosts is not supported on this machine: use one instance"
        raise UserError(message)
    return TrainingFolder(
        base, _read_json(config / "hyperparameters.json"), _read_json(config / "inputdataconfig.json")
    )


def _read_json(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def run_program(train: Callable[[Path], None], arguments: Sequence[str]) -> int:
    """Call `train` with the folder of $SAGEMAKER_BASE_DIR; the exit code: 1 leaves the reason in output/failure."""
    if list(arguments[:1]) != ["train"]:
        print("usage: python -m PROGRAM train", file=sys.stderr)
        return 2
    line, day = "[%(asctime)s:%(levelname)s] %(message)s", "%Y-%m-%d:%H:%M:%S"
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format=line, datefmt=day)
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        train(base)
    except (UserError, AlgorithmError, OSError) as error:
        print(error, file=sys.stderr)
        (base / "output").mkdir(parents=True, exist_ok=True)
        (base / "output" / "failure").write_text(str(error), encoding="utf-8")
        return 1
    return 0


def save_bytes(target: Path, content: bytes) -> None:
    """Write a model, whole or not at all."""
    unfinished = target.with_name(f".{target.name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(content)
    unfinished.replace(target)
