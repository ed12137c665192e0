"""Training images and algorithms: that they are there, in the job's region, for its processors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.registry import Image, parse_ecr
from smtune.preflight.subject import Subject

_INDEXES = ("manifest.list", "image.index")
_PROCESSOR = "amd64"
_NO_REPOSITORY = "RepositoryNotFoundException"


def images(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`image NAME` or `algorithm NAME`, for each that a definition trains with."""
    specifications = [part.get("AlgorithmSpecification", {}) for part in subject.parts]
    for uri in dict.fromkeys(item["TrainingImage"] for item in specifications if "TrainingImage" in item):
        yield from aws.found(f"image {uri}", partial(_image, aws, subject, uri))
    for name in dict.fromkeys(item["AlgorithmName"] for item in specifications if "AlgorithmName" in item):
        yield from aws.found(f"algorithm {name}", partial(_algorithm, aws, subject, name))


def _image(aws: Aws, subject: Subject, uri: str) -> Check:
    image = parse_ecr(uri)
    if image is None:
        return Check(f"image {uri}", "unknown", "it is not in Amazon ECR: not checked")
    title = f"image {image.repository}"
    if image.region != subject.region:
        detail = f"{uri} is in {image.region}, the job in {subject.region}"
        return Check(title, "failed", detail, _elsewhere(subject, image, uri))
    try:
        answer = aws.ask("ecr", "describe_images", **image.request)
    except ServiceError as error:
        if image.is_of_aws and (isinstance(error, DeniedError) or error.code == _NO_REPOSITORY):
            detail = f"{uri} is one of AWS's own, whose registry shows nobody what is in it: not checked"
            return Check(title, "unknown", detail)
        if isinstance(error, DeniedError):
            return aws.refused(title, error)
        return _absent(subject, image, uri, error)
    kind = answer["imageDetails"][0].get("imageManifestMediaType", "")
    return _processors(aws, image, uri) if any(word in kind for word in _INDEXES) else Check(title, "ok", f"{uri}")


def _elsewhere(subject: Subject, image: Image, uri: str) -> str:
    """The fix for an image of another region: AWS keeps its own in other accounts there."""
    account = image.account_in(subject.region)
    if account is None:
        return shell("--region", image.region)
    there = uri.replace(f".{image.region}.", f".{subject.region}.").replace(image.account, account, 1)
    return shell("--set", f"algorithm.image={there}")


def _absent(subject: Subject, image: Image, uri: str, error: ServiceError) -> Check:
    title = f"image {image.repository}"
    region = ("--region", subject.region)
    if error.code == _NO_REPOSITORY:
        detail = f"account {image.account} has no repository {image.repository} in {image.region}"
        if image.account != subject.account:
            fix = shell("aws", "ecr", "describe-repositories", "--registry-id", image.account, *region)
            return Check(title, "failed", detail, fix)
        fix = shell("aws", "ecr", "create-repository", "--repository-name", image.repository, *region)
        return Check(title, "failed", detail, f"{fix}; {shell('docker', 'push', uri)}")
    if error.code == "ImageNotFoundException":
        return Check(title, "failed", f"the repository has no {uri}", shell("docker", "push", uri))
    raise error


def _processors(aws: Aws, image: Image, uri: str) -> Check:
    """For an image of several platforms: whether one of them is that of SageMaker's instances."""
    title = f"image {image.repository}"
    try:
        answer = aws.ask("ecr", "batch_get_image", **image.request)
        manifest = json.loads(answer["images"][0]["imageManifest"]) if answer["images"] else {}
    except DeniedError as error:
        return Check(title, "ok", f"{uri}; its processors were not looked at ({error.permission} is missing)")
    found = sorted({item.get("platform", {}).get("architecture", "?") for item in manifest.get("manifests", ())})
    if _PROCESSOR in found or not found:
        return Check(title, "ok", uri)
    fix = shell("docker", "buildx", "build", "--platform", f"linux/{_PROCESSOR}", "--tag", uri, "--push", ".")
    return Check(title, "failed", f"{uri} is for {', '.join(found)}, not for {_PROCESSOR}", fix)


def _algorithm(aws: Aws, subject: Subject, name: str) -> Check:
    short = name.rpartition("/")[2]
    try:
        found = aws.ask("sagemaker", "describe_algorithm", AlgorithmName=name)
    except DeniedError as error:
        return aws.refused(f"algorithm {short}", error)
    except ServiceError as error:
        if error.code not in ("ValidationException", "ResourceNotFound"):
            raise
        fix = shell("aws", "sagemaker", "list-algorithms", "--region", subject.region)
        return Check(f"algorithm {short}", "failed", f"SageMaker has no algorithm {name}: {error}", fix)
    if found["AlgorithmStatus"] == "Completed":
        return Check(f"algorithm {short}", "ok", name)
    fix = shell("aws", "sagemaker", "describe-algorithm", "--algorithm-name", name, "--region", subject.region)
    return Check(f"algorithm {short}", "failed", f"{name} is {found['AlgorithmStatus']}", fix)
