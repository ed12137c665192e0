"""Where the rows of a training job's channels are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtune.results.calls import Calls


@dataclass(frozen=True)
class StoredChannel:
    """A channel that is on S3."""

    uri: str
    content_type: str = ""


def channels_of(calls: Calls, training_job: str) -> Mapping[str, StoredChannel]:
    """Those of a training job that are prefixes on S3, by name; raises ServiceError."""
    job = calls.ask("sagemaker", "describe_training_job", TrainingJobName=training_job)
    sources = [(item, item["DataSource"].get("S3DataSource", {})) for item in job.get("InputDataConfig", ())]
    return {
        item["ChannelName"]: StoredChannel(source["S3Uri"], item.get("ContentType", ""))
        for item, source in sources
        if source.get("S3DataType", "S3Prefix") == "S3Prefix" and "S3Uri" in source
    }
