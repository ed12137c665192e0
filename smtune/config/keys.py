"""Every setting there is, and what each source calls it. One row a key: code and documentation read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from smtune.errors import shown

Kind = Literal["text", "flag", "list", "table"]


@dataclass(frozen=True)
class Key:
    """A setting, and what it is called in each place."""

    name: str
    """In smtune.toml."""
    meaning: str
    kind: Kind = "text"
    environment: tuple[str, ...] = ()
    """Variables, the first one set wins."""
    sagemaker: tuple[str, ...] = ()
    """Path in the SageMaker SDK's defaults files."""
    aws: str = ""
    """Key of a profile in the AWS config file."""
    spec: tuple[str, ...] = ()
    """The spec's key that it stands in for."""


_TRAINING_JOB = ("SageMaker", "TrainingJob")
_SESSION = ("SageMaker", "PythonSDK", "Modules", "Session")
KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("profile", "The AWS profile.", environment=("SMTUNE_PROFILE", "AWS_PROFILE")),
        Key(
            "region",
            "The AWS region.",
            environment=("SMTUNE_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
            aws="region",
        ),
        Key(
            "endpoint_url",
            "Where AWS's APIs are, if not at their usual address.",
            environment=("SMTUNE_ENDPOINT_URL", "AWS_ENDPOINT_URL"),
            aws="endpoint_url",
        ),
        Key(
            "account",
            "The AWS account: the one that plans name, and that credentials have to be of.",
            environment=("SMTUNE_ACCOUNT",),
        ),
        Key(
            "role",
            "The role of the training jobs.",
            environment=("SMTUNE_ROLE",),
            sagemaker=(*_TRAINING_JOB, "RoleArn"),
            spec=("role",),
        ),
        Key(
            "bucket",
            "Where data, code and models go.",
            environment=("SMTUNE_BUCKET",),
            sagemaker=(*_SESSION, "DefaultS3Bucket"),
        ),
        Key(
            "prefix",
            "What the keys of data, code and models begin with.",
            environment=("SMTUNE_PREFIX",),
            sagemaker=(*_SESSION, "DefaultS3ObjectKeyPrefix"),
        ),
        Key("upload_key", "The KMS key of uploaded data and code.", environment=("SMTUNE_UPLOAD_KEY",)),
        Key("output", "Where models go.", spec=("output",)),
        Key(
            "subnets",
            "Subnets of the training jobs.",
            "list",
            sagemaker=(*_TRAINING_JOB, "VpcConfig", "Subnets"),
            spec=("security", "subnets"),
        ),
        Key(
            "security_groups",
            "Security groups of the training jobs.",
            "list",
            sagemaker=(*_TRAINING_JOB, "VpcConfig", "SecurityGroupIds"),
            spec=("security", "security_groups"),
        ),
        Key(
            "isolation",
            "No network inside the training container.",
            "flag",
            sagemaker=(*_TRAINING_JOB, "EnableNetworkIsolation"),
            spec=("security", "isolation"),
        ),
        Key(
            "encrypt_traffic",
            "Encrypt the traffic between instances.",
            "flag",
            sagemaker=(*_TRAINING_JOB, "EnableInterContainerTrafficEncryption"),
            spec=("security", "encrypt_traffic"),
        ),
        Key(
            "volume_key",
            "The KMS key of the instances' storage.",
            sagemaker=(*_TRAINING_JOB, "ResourceConfig", "VolumeKmsKeyId"),
            spec=("security", "volume_key"),
        ),
        Key(
            "output_key",
            "The KMS key of the models.",
            sagemaker=(*_TRAINING_JOB, "OutputDataConfig", "KmsKeyId"),
            spec=("security", "output_key"),
        ),
        Key(
            "environment",
            "Environment variables of the training jobs.",
            "table",
            sagemaker=(*_TRAINING_JOB, "Environment"),
            spec=("environment",),
        ),
        Key("tags", "Tags of the tuning jobs.", "table", sagemaker=(*_TRAINING_JOB, "Tags"), spec=("tags",)),
    )
}


def fault(key: Key, value: Any) -> str | None:
    """What is wrong with a value for `key`; None if nothing is."""
    fits = {
        "text": isinstance(value, str) and bool(value),
        "flag": isinstance(value, bool),
        "list": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "table": isinstance(value, Mapping) and all(isinstance(item, str) for pair in value.items() for item in pair),
    }
    wanted = {"text": "text", "flag": "true or false", "list": "a list of texts", "table": "a table of texts"}
    return None if fits[key.kind] else f"{key.name} is {wanted[key.kind]}, not {_found(key, value)}"


def _found(key: Key, value: Any) -> str:
    """What is there instead; of a table the keys alone, because its values may be secrets."""
    if key.kind != "table":
        return shown(value)
    if not isinstance(value, Mapping):
        return f"a {type(value).__name__}"
    others = [str(name) for name, item in value.items() if not (isinstance(name, str) and isinstance(item, str))]
    return f"a number or the like in {', '.join(others)}"
