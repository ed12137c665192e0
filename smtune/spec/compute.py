"""What training jobs run on: instances, storage, time, spot, checkpoints."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from smtune.spec.ranges import Frozen, mistake


class InstanceGroup(Frozen):
    """A named group of equal instances of one training job."""

    name: str = Field(description="The group's name, for channels that only it reads.", examples=["workers"])
    instance: str = Field(description="Instance type of the group.", examples=["ml.m5.xlarge"])
    count: int = Field(ge=0, description="Instances of the group.", examples=[2])


class InstanceOption(Frozen):
    """A kind of instance that the service may choose."""

    instance: str = Field(description="Instance type of this option.", examples=["ml.m5.xlarge"])
    count: int = Field(ge=1, description="Instances per training job.", examples=[1])
    volume_gb: int = Field(ge=0, description="Storage of an instance.", examples=[30])


class InstancePreference(Frozen):
    """A kind of instance to prefer, in order."""

    instance: str = Field(description="Instance type that is preferred.", examples=["ml.p5.48xlarge"])
    count: int | None = Field(default=None, ge=0, description="Instances per training job.", examples=[1])
    training_plans: Annotated[tuple[str, ...], Strict(False)] | None = Field(
        default=None,
        description="ARNs of training plans to use for it.",
        examples=[["arn:aws:sagemaker:us-east-1:123456789012:training-plan/mine"]],
    )


_CHOICES = ("groups", "preferences", "flexible")
_SIZES = ("instance", "count", "allocation", "shared_config", *_CHOICES)


class Compute(Frozen):
    """What one training job runs on, and for how long at most."""

    instance: str | None = Field(
        default=None, description="Instance type; `ml.m5.large` if nothing is said.", examples=["ml.m5.xlarge"]
    )
    count: int | None = Field(
        default=None, ge=1, description="Instances per training job; 1 if nothing is said.", examples=[2]
    )
    volume_gb: int | None = Field(
        default=None, ge=1, description="Storage of an instance; 30 if nothing is said.", examples=[50]
    )
    runtime_seconds: int | None = Field(
        default=None,
        ge=1,
        description="How long one training job may take, 86400 (a day) if nothing is said; it is stopped then.",
        examples=[3600],
    )
    spot: bool | None = Field(default=None, description="Whether to use spot instances.", examples=[True])
    wait_seconds: int | None = Field(
        default=None, ge=1, description="How long to wait for spot instances, run time included.", examples=[7200]
    )
    pending_seconds: int | None = Field(
        default=None, ge=1, description="How long a training job may wait for its instances.", examples=[7200]
    )
    keep_alive_seconds: int | None = Field(
        default=None, ge=0, description="How long instances stay warm after a training job.", examples=[600]
    )
    training_plan: str | None = Field(
        default=None,
        description="ARN of the training plan whose instances are used.",
        examples=["arn:aws:sagemaker:us-east-1:123456789012:training-plan/mine"],
    )
    groups: Annotated[tuple[InstanceGroup, ...], Strict(False)] = Field(
        default=(),
        description="Groups of different instances in one training job, instead of `instance` and `count`.",
        examples=[[{"name": "workers", "instance": "ml.m5.xlarge", "count": 2}]],
    )
    preferences: Annotated[tuple[InstancePreference, ...], Strict(False)] = Field(
        default=(),
        description="Instances to prefer, in order, instead of `instance` and `count`.",
        examples=[[{"instance": "ml.m5.xlarge", "count": 1}]],
    )
    flexible: Annotated[tuple[InstanceOption, ...], Strict(False)] = Field(
        default=(),
        description="Instances the service may choose from, instead of `instance`, `count` and `volume_gb`.",
        examples=[[{"instance": "ml.m5.xlarge", "count": 1, "volume_gb": 30}]],
    )
    allocation: Literal["prioritized"] | None = Field(
        default=None, description="How the service chooses from `flexible`: in their order.", examples=["prioritized"]
    )
    shared_config: bool = Field(
        default=False,
        description="Send all this as HyperParameterTuningResourceConfig, as SDK V2 does; `flexible` always does.",
        examples=[True],
    )

    def over(self, shared: Compute) -> Compute:
        """This, with what it leaves open from `shared`; groups, preferences and options replace the other's sizes."""
        own = {name: value for name, value in self if value != type(self).model_fields[name].default}
        replaced = _SIZES if any(getattr(each, name) for each in (self, shared) for name in _CHOICES) else ()
        alone = {"volume_gb", *replaced} if self.flexible or shared.flexible else set(replaced)
        common = {name: value for name, value in shared if not (alone & set(own) and name in alone)}
        return Compute(**{**common, **own})

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        chosen = [name for name in _CHOICES if getattr(self, name)]
        replaced = ("instance", "count", "volume_gb") if self.flexible else ("instance", "count")
        beside = [*chosen[1:], *(name for name in replaced if chosen and getattr(self, name) is not None)]
        if beside:
            raise mistake(f"{beside[0]} stands beside {chosen[0]}, which replaces it", f"remove {beside[0]}")
        return self


class Checkpoints(Frozen):
    """Where a training job saves its state, to go on after an interruption."""

    uri: str = Field(description="S3 prefix the checkpoints are kept in.", examples=["s3://my-bucket/checkpoints"])
    path: str | None = Field(
        default=None, description="The folder in the container that is kept.", examples=["/opt/ml/checkpoints"]
    )
