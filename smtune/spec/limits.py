"""When a tuning job ends, and what it begins with."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from smtune.errors import shown
from smtune.spec.ranges import Frozen, mistake

_BUDGET = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})")


def _budget(value: str) -> str:
    if not _BUDGET.fullmatch(value) or float(value.split()[0]) <= 0:
        raise mistake(f"{shown(value)} is not an amount of money", "write it as 20 USD")
    return value


class Limits(Frozen):
    """When the tuning job ends: training jobs in all, at once, seconds and money in all."""

    jobs: int | None = Field(default=None, ge=1, description="How many training jobs at most.", examples=[20])
    parallel: int = Field(default=1, ge=1, description="How many training jobs at once.", examples=[2])
    runtime_seconds: int | None = Field(
        default=None, ge=120, description="How long the tuning job may take.", examples=[3600]
    )
    budget: Annotated[str, AfterValidator(_budget)] | None = Field(
        default=None,
        description="What it may cost at most: lowers jobs and runtime until it does.",
        examples=["20 USD"],
    )


class Completion(Frozen):
    """What ends the tuning job before its limits: the first that comes true."""

    target: float | None = Field(
        default=None, description="Stop once the objective metric is this good.", examples=[0.95]
    )
    not_improving_jobs: int | None = Field(
        default=None, ge=3, description="Stop after so many training jobs without a better one.", examples=[10]
    )
    convergence: bool | None = Field(
        default=None, description="Stop once the service expects no improvement of 1 % or more.", examples=[True]
    )


class Hyperband(Frozen):
    """The resource (epochs, say) that Hyperband gives its training jobs."""

    min_resource: int | None = Field(default=None, ge=1, description="What every training job gets.", examples=[1])
    max_resource: int | None = Field(default=None, ge=1, description="What the best ones get.", examples=[27])

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min_resource is not None and self.max_resource is not None and self.min_resource > self.max_resource:
            raise mistake(f"min_resource {self.min_resource} is above max_resource {self.max_resource}", "swap them")
        return self


class WarmStart(Frozen):
    """Tuning jobs to learn from."""

    type: Literal["identical", "transfer"] = Field(
        description="`identical`: same data and algorithm, other ranges. `transfer`: other data, or a newer image.",
        examples=["identical"],
    )
    parents: Annotated[tuple[str, ...], Strict(False)] = Field(
        min_length=1,
        description="One to five finished tuning jobs of this account and region.",
        examples=[["my-model-1123-0911"]],
    )
