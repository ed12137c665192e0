"""The image of a training job as what runs it, and why it would not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.local.container.docker import has_image, machine_troubles
from smtune.local.program import NoProgramError, Program, find_script


def find_image(definition: Mapping[str, Any]) -> Program:
    """What runs a training job of `definition` in its own image; raises NoProgramError where it names none."""
    image = definition.get("AlgorithmSpecification", {}).get("TrainingImage", "")
    if not image:
        message = "containers run a TrainingImage, and this training job definition names none"
        raise NoProgramError(message)
    script = find_script(definition)
    if script is None:
        return Program(f"image {image}", ("train",))
    entry, archive = script
    return Program(f"script {entry} in the image {image}", ("train",), entry, archive)


def image_troubles(definition: Mapping[str, Any]) -> Iterator[str]:
    """Why this machine would not run `definition` in its image, in words that help; looks at Docker."""
    try:
        find_image(definition)
    except NoProgramError as error:
        yield str(error)
        return
    troubles = list(machine_troubles())
    yield from troubles or missing_image(definition["AlgorithmSpecification"]["TrainingImage"])


def missing_image(image: str) -> Iterator[str]:
    """How to get an image that Docker has not: compose would fetch it, and the SDK would ask for credentials."""
    if not has_image(image):
        yield f"Docker has no image {image} here, and none is fetched unasked: {_how_to_get(image)}"


def _how_to_get(image: str) -> str:
    registry = image.partition("/")[0]
    if ".dkr.ecr." not in registry:
        return f"docker pull {image}, or docker build -t {image} FOLDER"
    region = registry.split(".")[3]
    login = f"aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {registry}"
    other = "; the built-in XGBoost runs without it, too: --runner process" if _is_xgboost(image) else ""
    return f"{login} && docker pull {image}{other}"


def _is_xgboost(image: str) -> bool:
    parsed = parse_image(image)
    return parsed is not None and parsed[0].name == "xgboost"
