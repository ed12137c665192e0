"""Small requests and prices, for tests of what a tuning job takes and costs."""

from __future__ import annotations

from typing import Any

from smtune.estimate.prices import Price, Source, Tariff

SOURCE = Source("2026-01-02", "a test")


def definition(instance: str = "ml.small", *, count: int = 1, seconds: int = 3480, **members: Any) -> dict[str, Any]:
    """A training job definition; 3480 s and the 120 s for stopping are an hour."""
    return {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceType": instance, "InstanceCount": count, "VolumeSizeInGB": 73},
        "StoppingCondition": {"MaxRuntimeInSeconds": seconds},
        **members,
    }


def request(
    *definitions: dict[str, Any],
    jobs: int | None = 10,
    parallel: int = 2,
    runtime: int | None = None,
    **config: Any,
) -> dict[str, Any]:
    """A request for `jobs` training jobs, of one definition unless several are given."""
    limits = {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": parallel, "MaxRuntimeInSeconds": runtime}
    settings = {"Strategy": "Random", "ResourceLimits": {k: v for k, v in limits.items() if v is not None}, **config}
    one = {"TrainingJobDefinition": definitions[0] if definitions else definition()}
    return {
        "HyperParameterTuningJobName": "toy",
        "HyperParameterTuningJobConfig": settings,
        **({"TrainingJobDefinitions": list(definitions)} if len(definitions) > 1 else one),
    }


def tariff(storage: float | None = 1.0, **instances: float) -> Tariff:
    """Prices in `here`: ml.small 1 an hour, ml.large 4; storage 1 a GB-month, so 73 GB cost 0.1 an hour."""
    amounts = {"ml.small": 1.0, "ml.large": 4.0} | {f"ml.{name}": amount for name, amount in instances.items()}
    prices = {name: Price(amount, SOURCE) for name, amount in amounts.items()}
    return Tariff("here", "USD", prices, None if storage is None else Price(storage, SOURCE))
