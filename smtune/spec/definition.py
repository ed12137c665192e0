"""One algorithm of a tuning job: as a file says it among others, and with all it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from smtune.spec.algorithm import Algorithm
from smtune.spec.compute import Checkpoints, Compute
from smtune.spec.data import Channels, Data
from smtune.spec.objective import Objective
from smtune.spec.ranges import Auto, Frozen, Hyperparameter, Range, Scalar, mistake
from smtune.spec.security import Security

Retries = Annotated[int, Field(ge=1)]


class Definition(Frozen):
    """One algorithm of a tuning job, with all it needs."""

    name: str | None = None
    algorithm: Algorithm
    objective: Objective
    hyperparameters: Mapping[str, Hyperparameter]
    metrics: Mapping[str, str] = Field(default_factory=dict)
    compute: Compute = Compute()
    environment: Mapping[str, str] = Field(default_factory=dict)
    data: Data | None = None
    security: Security = Security()
    checkpoints: Checkpoints | None = None
    retries: Retries | None = None
    role: str | None = None
    output: str | None = None
    output_compression: Literal["gzip", "none"] | None = None
    raw: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def ranges(self) -> dict[str, Range]:
        """The tuned hyperparameters with a range."""
        return {name: value for name, value in self.hyperparameters.items() if isinstance(value, Range)}

    @property
    def hints(self) -> dict[str, Auto]:
        """The tuned hyperparameters whose range the service chooses."""
        return {name: value for name, value in self.hyperparameters.items() if isinstance(value, Auto)}

    @property
    def static(self) -> dict[str, Scalar]:
        """The hyperparameters with one value."""
        return {name: value for name, value in self.hyperparameters.items() if not isinstance(value, Range | Auto)}


SHARED = (
    "objective",
    "metrics",
    "compute",
    "environment",
    "data",
    "security",
    "checkpoints",
    "retries",
    "role",
    "output",
    "output_compression",
)
"""The keys that an algorithm of several may have for itself; what it does not say, the spec's own keys say."""


class AlgorithmEntry(Frozen):
    """An item of `algorithms`: what it does not say, the spec's own keys say."""

    name: str = Field(description="Name of the algorithm within this job.", examples=["trees"])
    algorithm: Algorithm = Field(
        description="What a training job runs.", examples=[{"builtin": "xgboost", "version": "1.7-1"}]
    )
    hyperparameters: Mapping[str, Hyperparameter] = Field(
        description="Name: a value, a range or a choice.",
        examples=[{"num_round": 100, "eta": {"min": 0.01, "max": 0.5}}],
    )
    objective: Objective | None = Field(
        default=None, description="The metric to tune for.", examples=[{"maximize": "validation:auc"}]
    )
    metrics: Mapping[str, str] | None = Field(
        default=None, description="What the log prints.", examples=[{"validation:auc": "auc=(\\S+)"}]
    )
    compute: Compute | None = Field(
        default=None, description="What its training jobs run on.", examples=[{"instance": "ml.m5.xlarge"}]
    )
    environment: Mapping[str, str] | None = Field(
        default=None, description="Its environment variables.", examples=[{"LOG_LEVEL": "info"}]
    )
    data: Data | None = Field(
        default=None,
        description="Its channels, which have to be on S3 already.",
        examples=[{"channels": {"train": "s3://my-bucket/train"}}],
    )
    security: Security | None = Field(default=None, description="Its network and keys.", examples=[{"isolation": True}])
    checkpoints: Checkpoints | None = Field(
        default=None, description="Its checkpoints.", examples=[{"uri": "s3://my-bucket/checkpoints"}]
    )
    retries: Retries | None = Field(default=None, description="Its retries.", examples=[2])
    role: str | None = Field(
        default=None, description="Its role.", examples=["arn:aws:iam::123456789012:role/training"]
    )
    output: str | None = Field(default=None, description="Where its models go.", examples=["s3://my-bucket/models"])
    output_compression: Literal["gzip", "none"] | None = Field(
        default=None, description="Whether its models are packed.", examples=["none"]
    )
    raw: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Exact members of its TrainingJobDefinition, merged last; `null` removes one.",
        examples=[{"EnableNetworkIsolation": True}],
    )

    @model_validator(mode="after")
    def _is_on_s3(self) -> Self:
        if self.data is None:
            return self
        if not isinstance(self.data, Channels) or self.data.held_out:
            raise mistake("an algorithm's own data is channels only", "split a table with the data of the whole spec")
        if any(channel.here for channel in self.data.channels.values()):
            raise mistake("an algorithm's own channels have to be on S3", "give local data to the whole spec")
        return self
