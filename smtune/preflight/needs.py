"""What a tuning job needs permission for: its containers under the role, and whoever launches it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from smtune.preflight.registry import Image, parse_ecr
from smtune.preflight.role import SAGEMAKER
from smtune.preflight.subject import (
    Json,
    Subject,
    bucket_and_key,
    channels,
    code_uri,
    output_uris,
)

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")
_NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


@dataclass(frozen=True)
class Need:
    """Actions on the same resources, under the same circumstances."""

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition key -> the value that it has in the real call."""


def of_the_role(subject: Subject, role: str, keys: Iterable[str]) -> tuple[Need, ...]:
    """What training jobs under `role` do. `keys` are the ARNs of the KMS keys that they use."""
    parts = [part for part in subject.parts if part.get("RoleArn") == role]
    found = [*_storage(subject, parts), *_reporting(subject)]
    images = [_private(part) for part in parts]
    repositories = tuple(dict.fromkeys(_repository(image, subject) for image in images if image))
    if repositories:
        found += [Need(_PULL, repositories), Need(("ecr:GetAuthorizationToken",))]
    named = tuple(dict.fromkeys(keys))
    found += [Need(_KEYS, named)] if named else []
    found += [Need(_NETWORK)] if any("VpcConfig" in part for part in parts) else []
    return tuple(found)


def of_the_caller(subject: Subject) -> tuple[Need, ...]:
    """What a launch, and looking at it afterwards, does."""
    job = f"arn:{subject.partition}:sagemaker:{subject.region}:{subject.account}:hyper-parameter-tuning-job"
    jobs = (
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:ListTags",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
    )
    tags = ("sagemaker:AddTags",) if (subject.request or {}).get("Tags") else ()
    found = [Need((*jobs, *tags), (f"{job}/{subject.name.lower()}",))]
    if subject.roles:
        found.append(Need(("iam:PassRole",), subject.roles, {"iam:PassedToService": SAGEMAKER}))
    found.append(Need(("s3:PutObject",), tuple(_objects(subject, *place) for place in _uploads(subject))))
    return tuple(found)


def _uploads(subject: Subject) -> tuple[tuple[str, str], ...]:
    """Bucket and prefix of what a launch sends."""
    folders = (uri.rpartition("/")[0] + "/" for uri in subject.upload_uris)
    places = dict.fromkeys(place for place in map(bucket_and_key, folders) if place)
    return tuple(places) or ((subject.bucket_name, "smtune/"),)


def _storage(subject: Subject, parts: list[Json]) -> Iterator[Need]:
    reads, writes = dict[str, None](), dict[str, None]()
    for part in parts:
        reads |= dict.fromkeys(channel.uri for channel in channels(part))
        code, checkpoints = code_uri(part), part.get("CheckpointConfig", {}).get("S3Uri")
        reads |= dict.fromkeys(uri for uri in (code, checkpoints) if uri)
        writes |= dict.fromkeys(output_uris(part))
    if not parts:
        writes[f"s3://{subject.bucket_name}/smtune/"] = reads[f"s3://{subject.bucket_name}/smtune/"] = None
    read = [place for place in map(bucket_and_key, reads) if place]
    written = [place for place in map(bucket_and_key, writes) if place]
    if read:
        yield Need(("s3:GetObject",), tuple(_objects(subject, *place) for place in read))
        buckets = dict.fromkeys(bucket for bucket, _ in read)
        yield Need(("s3:ListBucket",), tuple(f"arn:{subject.partition}:s3:::{bucket}" for bucket in buckets))
    if written:
        yield Need(("s3:PutObject",), tuple(_objects(subject, *place) for place in written))


def _objects(subject: Subject, bucket: str, prefix: str) -> str:
    return f"arn:{subject.partition}:s3:::{bucket}/{prefix}*"


def _reporting(subject: Subject) -> Iterator[Need]:
    group = f"arn:{subject.partition}:logs:{subject.region}:{subject.account}:log-group:{LOG_GROUP}"
    yield Need(_LOGS, (f"{group}:log-stream:*",))
    yield Need(("cloudwatch:PutMetricData",), context={"cloudwatch:namespace": LOG_GROUP})


def _private(part: Json) -> Image | None:
    """The image of a definition, where it is somebody's own."""
    image = parse_ecr(part.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    return image if image and not image.is_of_aws else None


def _repository(image: Image, subject: Subject) -> str:
    return f"arn:{subject.partition}:ecr:{image.region}:{image.account}:repository/{image.repository}"
