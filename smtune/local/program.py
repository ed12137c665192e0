"""What runs in the place of a request's training image."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.errors import SmtuneError

SCRIPT_PROGRAM = "sagemaker_program"
SCRIPT_ARCHIVE = "sagemaker_submit_directory"


class NoProgramError(SmtuneError):
    """Nothing on this machine can stand for the image."""


@dataclass(frozen=True)
class Program:
    """A command to run in /opt/ml; a script's arguments are its hyperparameters."""

    title: str
    command: Sequence[str]
    entry_point: str | None = None
    archive: str | None = None
    """S3 URI of the script's source archive, to be unpacked into /opt/ml/code."""


def find_program(definition: Mapping[str, Any], programs: Mapping[str, str]) -> Program:
    """What runs a training job of `definition`; `programs` maps images to registered programs.

    Raises NoProgramError, whose message says what to do.
    """
    static = {name: _bare(text) for name, text in definition.get("StaticHyperParameters", {}).items()}
    image = definition.get("AlgorithmSpecification", {}).get("TrainingImage", "")
    if SCRIPT_PROGRAM in static:
        if SCRIPT_ARCHIVE not in static:
            message = f"the script {static[SCRIPT_PROGRAM]!r} comes without {SCRIPT_ARCHIVE}"
            raise NoProgramError(message)
        entry = static[SCRIPT_PROGRAM]
        return Program(f"script {entry}", (sys.executable, entry), entry, static[SCRIPT_ARCHIVE])
    if image in programs:
        return Program(f"program {programs[image]}", (programs[image], "train"))
    parsed = parse_image(image)
    if parsed is not None and parsed[0].name == "xgboost":
        if find_spec("xgboost") is None:
            message = "the built-in XGBoost needs the xgboost package here: pip install 'smtune[xgboost]'"
            raise NoProgramError(message)
        return Program("built-in xgboost", (sys.executable, "-m", "smtune.local.programs.xgboost_train", "train"))
    message = (
        f"nothing on this machine can stand for the image {image!r}: the local engine runs the built-in XGBoost, "
        "scripts, and images whose program you name (algorithm: {image: URI, program: ./train})"
    )
    raise NoProgramError(message)


def _bare(text: str) -> str:
    # The SDK's versions before 3 quote every hyperparameter as JSON.
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
