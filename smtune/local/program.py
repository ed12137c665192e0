"""What runs in the place of a request's training image."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.errors import SmtuneError
from smtune.local.programs.catalog import ARTIFACT_CHANNEL, STAND_INS, jumpstart_algorithm, missing, refusal

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
    unused: Sequence[str] = ()
    """Channels that are nothing to it: they need not be there."""


def find_program(definition: Mapping[str, Any], programs: Mapping[str, str]) -> Program:
    """What runs a training job of `definition`; `programs` maps images to registered programs.

    Raises NoProgramError, whose message says what to do.
    """
    image = definition.get("AlgorithmSpecification", {}).get("TrainingImage", "")
    script = find_script(definition)
    if script is not None:
        entry, archive = script
        amazons = jumpstart_algorithm(archive)
        if amazons is not None:
            return replace(_stand_in(*amazons), unused=unused_channels(definition))
        return Program(f"script {entry}", (sys.executable, entry), entry, archive)
    if image in programs:
        return Program(f"program {programs[image]}", (programs[image], "train"))
    parsed = parse_image(image)
    if parsed is not None and parsed[0].kind == "builtin":
        return _stand_in(parsed[0].name, parsed[1])
    message = (
        f"nothing on this machine can stand for the image {image!r}: the local engine runs built-in algorithms "
        f"({', '.join(STAND_INS)}), scripts, and images whose program you name "
        "(algorithm: {image: URI, program: ./train})"
    )
    raise NoProgramError(message)


def _stand_in(name: str, *arguments: str) -> Program:
    """The program for a built-in algorithm; it is told the image's version, or the task of the script it replaces."""
    refused = refusal(name) or (None if name in STAND_INS else f"there is no built-in algorithm {name!r}")
    message = refused or missing(name)
    if message:
        raise NoProgramError(message)
    module = f"smtune.local.programs.{STAND_INS[name].module}"
    command = (sys.executable, "-m", module, "train", *arguments)
    return Program(f"built-in {name}", command)


def find_script(definition: Mapping[str, Any]) -> tuple[str, str] | None:
    """A script's entry point and the S3 URI of its source archive; None for anything else. Raises NoProgramError."""
    static = {name: _bare(text) for name, text in definition.get("StaticHyperParameters", {}).items()}
    if SCRIPT_PROGRAM not in static:
        return None
    if SCRIPT_ARCHIVE not in static:
        message = f"the script {static[SCRIPT_PROGRAM]!r} comes without {SCRIPT_ARCHIVE}"
        raise NoProgramError(message)
    return static[SCRIPT_PROGRAM], static[SCRIPT_ARCHIVE]


def unused_channels(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """Channels of the request that nothing here reads: what Amazon's own scripts find there is not on this machine."""
    try:
        script = find_script(definition)
    except NoProgramError:
        return ()
    return (ARTIFACT_CHANNEL,) if script and jumpstart_algorithm(script[1]) else ()


def _bare(text: str) -> str:
    # The SDK's versions before 3 quote every hyperparameter as JSON.
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
