"""Who launched a tuning job, as far as its tags, channels and hyperparameters tell: the API does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.clone.running import Running
from smtune.definitions import definitions
from smtune.plan import SPEC_TAG

_STACK = "aws:cloudformation:stack-name"
_STUDIO = ("sagemaker:space-arn", "sagemaker:user-profile-arn", "sagemaker:domain-arn")
_ESTIMATOR = "sagemaker_estimator_class_name"
_DRIVERS = "sm_drivers"
"""The channel in which SDK V3 sends the scripts that start a training job."""


def launched_by(job: Running) -> str:
    """A sentence without a full stop; it says so where nothing tells."""
    tags = {tag["Key"]: tag["Value"] for tag in job.tags}
    found = [*_from_tags(tags), *_from_definitions(job.description)]
    words = " and ".join(dict.fromkeys(found))
    if words:
        return f"launched by {words}"
    return "nothing in it tells who launched it: the console, the AWS CLI, boto3 and Terraform leave no mark"


def _from_tags(tags: Mapping[str, str]) -> Iterator[str]:
    if SPEC_TAG in tags:
        yield "smtune"
    if _STACK in tags:
        yield f"CloudFormation (stack {tags[_STACK]})"
    if any("terraform" in text.lower() for text in (*tags, *tags.values())):
        yield "Terraform (a tag says so)"
    if any(key in tags for key in _STUDIO):
        yield "somebody in SageMaker Studio"


def _from_definitions(description: Mapping[str, Any]) -> Iterator[str]:
    for definition in definitions(description):
        estimator = definition.get("StaticHyperParameters", {}).get(_ESTIMATOR)
        if estimator is not None:
            yield f"the SageMaker SDK V2 (class {estimator.strip(chr(34))})"
        if any(channel["ChannelName"] == _DRIVERS for channel in definition.get("InputDataConfig", ())):
            yield "the SageMaker SDK V3"
