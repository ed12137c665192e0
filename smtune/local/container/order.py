"""What is to run in a container, and how the SDK is asked for it: CreateTrainingJob with file:// addresses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from smtune.local.container.docker import Compose
from smtune.local.contract import CODE, HOST

CHANNELS = "channels"
ROOT = "root"
BIN = "bin"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"
"""The hyperparameter that the SDK reads as JSON."""


@dataclass(frozen=True)
class Order:
    """Plain values, so that it can be written as JSON."""

    job: str
    image: str
    container: str
    docker: str
    """The program."""
    compose: Compose
    hyperparameters: Mapping[str, str]
    content_types: Mapping[str, str | None]
    """Channel -> its ContentType."""
    config: Mapping[str, Any]
    """The files of /opt/ml/input/config."""
    environment: Mapping[str, str]
    labels: Mapping[str, str]
    has_code: bool
    network: bool
    memory: float | None = None
    """Gigabytes."""
    host: str = HOST

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        compose = content["compose"]
        return cls(**{**content, "compose": Compose(tuple(compose["command"]), compose["major"])})

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def to_request(order: Order, base: Path) -> dict[str, Any]:
    """CreateTrainingJob's, as the SDK's local client takes it. `base` leads to the job's container folder.

    The SDK reads the address of a script's folder as JSON, and cuts file:// addresses at `#`, `?` and `;`: so `base`
    has to be a plain path.
    """
    hyperparameters = dict(order.hyperparameters)
    if SUBMIT_DIRECTORY in hyperparameters:
        address = (base / CODE).as_uri() if order.has_code else hyperparameters[SUBMIT_DIRECTORY]
        hyperparameters[SUBMIT_DIRECTORY] = json.dumps(address)
    return {
        "TrainingJobName": order.job,
        "AlgorithmSpecification": {"TrainingImage": order.image, "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters,
        "InputDataConfig": [_channel(name, kind, base) for name, kind in order.content_types.items()],
        "OutputDataConfig": {"S3OutputPath": (base / "artifacts").as_uri()},
        "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "Environment": dict(order.environment),
    }


def _channel(name: str, content_type: str | None, base: Path) -> dict[str, Any]:
    source = {"FileUri": (base / CHANNELS / name).as_uri(), "FileDataDistributionType": "FullyReplicated"}
    kind = {} if content_type is None else {"ContentType": content_type}
    return {"ChannelName": name, "DataSource": {"FileDataSource": source}, **kind}
