"""What is tuned for, and what the result is measured against."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from smtune.spec.ranges import Frozen, mistake


class Objective(Frozen):
    """The metric to maximize or to minimize: exactly one of the two keys."""

    maximize: str | None = Field(default=None, description="The metric to maximize.", examples=["validation:auc"])
    minimize: str | None = Field(default=None, description="The metric to minimize.", examples=["validation:rmse"])

    @model_validator(mode="after")
    def _is_one_metric(self) -> Self:
        if (self.maximize is None) == (self.minimize is None):
            raise mistake("give exactly one of maximize and minimize", "write it as {maximize: validation:auc}")
        return self

    @property
    def metric(self) -> str:
        return self.maximize or self.minimize or ""

    @property
    def maximizes(self) -> bool:
        return self.maximize is not None


class MetricNames(Frozen):
    """The same error measured on each set, by the names the training job gives it."""

    train: str | None = Field(default=None, description="The error's name on train.", examples=["train:error"])
    validation: str | None = Field(
        default=None, description="The error's name on validation.", examples=["validation:error"]
    )
    test: str | None = Field(default=None, description="The error's name on test.", examples=["test:error"])


class DiagnosisSpec(Frozen):
    """What bias and variance are measured against."""

    human_error: float | None = Field(
        default=None, ge=0, description="What people who know the task get wrong.", examples=[0.01]
    )
    baseline: float | None = Field(
        default=None, ge=0, description="For an error without a scale: that of a trivial model.", examples=[12.5]
    )
    metrics: MetricNames = Field(
        default=MetricNames(),
        description="The same error on each set, by name.",
        examples=[{"train": "train:error", "validation": "validation:error", "test": "test:error"}],
    )
