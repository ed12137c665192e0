"""What is examined: a place on AWS and, where there is one, the request that is to run there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions
from smtune.partitions import partition_of

Json = Mapping[str, Any]
SOURCE = "sagemaker_submit_directory"
"""The static hyperparameter that says where the code of a script lies."""
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_S3 = re.compile(rf"s3://({_BUCKET})(?:/(.*))?")


@dataclass(frozen=True)
class Subject:
    """A region, an account and what a tuning job there would use."""

    request: Json | None
    """CreateHyperParameterTuningJob's, well-formed; None: the place alone."""
    region: str
    account: str
    """Twelve digits; empty where nobody knows it."""
    role: str | None = None
    """ARN of the role the training jobs would have, where no request says it."""
    bucket: str | None = None
    """Where data, code and models go; None: the account's default, `sagemaker-{region}-{account}`."""
    upload_bytes: int | None = None
    """What a launch sends; None: nobody counted."""
    upload_uris: tuple[str, ...] = ()
    """Where it goes: an S3 prefix that is empty now may be filled by the launch."""

    @property
    def parts(self) -> tuple[Json, ...]:
        """The request's training job definitions."""
        return definitions(self.request) if self.request is not None else ()

    @property
    def config(self) -> Json:
        """HyperParameterTuningJobConfig; empty without a request."""
        found: Json = (self.request or {}).get("HyperParameterTuningJobConfig", {})
        return found

    @property
    def parallel(self) -> int:
        """Training jobs at once."""
        return int(self.config.get("ResourceLimits", {}).get("MaxParallelTrainingJobs", 1))

    @property
    def name(self) -> str:
        """The tuning job's; `*` without a request."""
        return str((self.request or {}).get("HyperParameterTuningJobName", "*"))

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the training jobs, each once."""
        named = [part["RoleArn"] for part in self.parts if "RoleArn" in part]
        return tuple(dict.fromkeys(named or ([self.role] if self.role else [])))

    @property
    def default_bucket(self) -> str:
        """The bucket that the SageMaker SDK takes for an account's region."""
        return f"sagemaker-{self.region}-{self.account}"

    @property
    def bucket_name(self) -> str:
        """Empty where it is the default of an account that nobody knows."""
        return self.bucket or (self.default_bucket if self.account else "")

    @property
    def partition(self) -> str:
        """The part of AWS that a region belongs to: it begins every ARN."""
        return partition_of(self.region).name

    @property
    def home_region(self) -> str:
        """A region of the same part of AWS that nobody has to switch on."""
        return partition_of(self.region).home or self.region


@dataclass(frozen=True)
class Channel:
    """A channel of training data that lies on S3."""

    name: str
    uri: str
    kind: str
    """`S3Prefix`, `ManifestFile` or `AugmentedManifestFile`."""
    mode: str
    """`File`, `FastFile` or `Pipe`."""
    is_shared_out: bool
    """Whether each instance gets its own part of the objects."""
    attributes: tuple[str, ...] = ()
    """What each line of an augmented manifest has to hold."""


def channels(part: Json) -> Iterator[Channel]:
    """The channels of a definition that lie on S3."""
    usual = part.get("AlgorithmSpecification", {}).get("TrainingInputMode", "File")
    for item in part.get("InputDataConfig", ()):
        source = item.get("DataSource", {}).get("S3DataSource")
        if source:
            yield Channel(
                item["ChannelName"],
                source["S3Uri"],
                source["S3DataType"],
                item.get("InputMode", usual),
                source.get("S3DataDistributionType") == "ShardedByS3Key",
                tuple(source.get("AttributeNames", ())),
            )


def elsewhere(part: Json) -> Iterator[str]:
    """The names of channels whose data does not lie on S3."""
    for item in part.get("InputDataConfig", ()):
        if not item.get("DataSource", {}).get("S3DataSource"):
            yield item["ChannelName"]


def code_uri(part: Json) -> str | None:
    """Where the code of a script lies, if the definition has one."""
    text = part.get("StaticHyperParameters", {}).get(SOURCE)
    if text is None:
        return None
    if text.startswith('"'):  # the SDKs write hyperparameters as JSON
        try:
            text = json.loads(text)
        except ValueError:
            return None
    return str(text) if str(text).startswith("s3://") else None


def output_uris(part: Json) -> tuple[str, ...]:
    """Where training jobs write: models and checkpoints."""
    found = (part.get("OutputDataConfig", {}).get("S3OutputPath"), part.get("CheckpointConfig", {}).get("S3Uri"))
    return tuple(uri for uri in found if uri)


def key_ids(part: Json) -> tuple[str, ...]:
    """The KMS keys that a definition names: of models, then of volumes."""
    resources = (part.get("HyperParameterTuningResourceConfig", {}), part.get("ResourceConfig", {}))
    found = [part.get("OutputDataConfig", {}).get("KmsKeyId"), *(item.get("VolumeKmsKeyId") for item in resources)]
    return tuple(dict.fromkeys(key for key in found if key))


def is_bucket_name(name: str) -> bool:
    """Whether S3 lets a bucket be called so."""
    return re.fullmatch(_BUCKET, name) is not None


def bucket_and_key(uri: str) -> tuple[str, str] | None:
    """The parts of an S3 URI; None for what names no bucket, as an access point."""
    match = _S3.fullmatch(uri)
    return (match[1], match[2] or "") if match else None
