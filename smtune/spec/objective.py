"""What is tuned for, and what the result is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, Strict, model_validator

from smtune.roles import Role
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
    train_dev: str | None = Field(
        default=None, description="The error's name on train-dev.", examples=["train_dev:error"]
    )
    validation: str | None = Field(
        default=None, description="The error's name on validation.", examples=["validation:error"]
    )
    test: str | None = Field(default=None, description="The error's name on test.", examples=["test:error"])


class SetRows(Frozen):
    """How many rows each set has."""

    train: int | None = Field(default=None, ge=1, description="Rows of train.", examples=[7000])
    train_dev: int | None = Field(default=None, ge=1, description="Rows of train-dev.", examples=[1500])
    validation: int | None = Field(default=None, ge=1, description="Rows of validation.", examples=[1500])
    test: int | None = Field(default=None, ge=1, description="Rows of test.", examples=[1500])


class People(Frozen):
    """A group of people of one kind who did the task."""

    label: str = Field(min_length=1, description="Who they are.", examples=["team of experts"])
    error: float = Field(ge=0, description="What they get wrong.", examples=[0.005])
    cases: int | None = Field(default=None, ge=1, description="How many cases that was measured on.", examples=[400])


class DiagnosisSpec(Frozen):
    """What bias and variance are measured against."""

    human_error: float | None = Field(
        default=None, ge=0, description="What people who know the task get wrong.", examples=[0.01]
    )
    human_cases: int | None = Field(
        default=None, ge=1, description="How many cases `human_error` was measured on.", examples=[400]
    )
    people: Annotated[tuple[People, ...], Strict(False)] = Field(
        default=(),
        description="Instead of `human_error`: groups of people. The best that is shown to be better counts.",
        examples=[[{"label": "doctor", "error": 0.01, "cases": 800}, {"label": "team", "error": 0.005, "cases": 400}]],
    )
    rows: SetRows = Field(
        default=SetRows(),
        description="Rows of each set, where smtune does not split them itself: without them chance is left out.",
        examples=[{"train": 7000, "validation": 1500, "test": 1500}],
    )
    one_pool: bool | None = Field(
        default=None,
        description="Whether validation and test were drawn at random from the same rows; for a table smtune knows.",
        examples=[True],
    )
    roles: Mapping[str, Role] = Field(
        default_factory=dict,
        description="What hyperparameters of your own script do, so that remedies can name them.",
        examples=[{"hidden_units": "capacity", "dropout": "regularization", "epochs": "length"}],
    )
    confidence: float | None = Field(
        default=None, ge=0.5, le=0.9999, description="That every verdict is right; 0.95 if not given.", examples=[0.99]
    )
    baseline: float | None = Field(
        default=None, ge=0, description="For an error without a scale: that of a trivial model.", examples=[12.5]
    )
    metrics: MetricNames = Field(
        default=MetricNames(),
        description="The same error on each set, by name.",
        examples=[{"train": "train:error", "validation": "validation:error", "test": "test:error"}],
    )

    @model_validator(mode="after")
    def _has_one_human_level(self) -> Self:
        if self.people and self.human_error is not None:
            raise mistake("human_error stands beside people", "leave one of them out")
        if self.human_cases is not None and self.human_error is None:
            raise mistake("human_cases is given without human_error", "give the error, or cases within people")
        labels = [group.label for group in self.people]
        for label in labels:
            if labels.count(label) > 1:
                raise mistake(f"two groups of people are labelled {label!r}", "give each a label of its own")
        return self
