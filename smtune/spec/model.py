"""TuningSpec: what one YAML file says, key by key. `definitions` reads one algorithm as one of many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from smtune.errors import shown
from smtune.naming import clean, is_job_name
from smtune.spec.algorithm import Algorithm
from smtune.spec.data import Data
from smtune.spec.ranges import Frozen, Hyperparameter, Range, Scalar, mistake

Strategy = Literal["bayesian", "random", "hyperband", "grid"]


class Objective(Frozen):
    """The metric to maximize or to minimize: exactly one of the two keys."""

    maximize: str | None = None
    minimize: str | None = None

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


class Limits(Frozen):
    """When the tuning job ends: training jobs in all, at once, and seconds in all."""

    jobs: int | None = Field(default=None, ge=1)
    parallel: int = Field(default=1, ge=1)
    runtime_seconds: int | None = Field(default=None, ge=120)


class Compute(Frozen):
    """What one training job runs on, and for how long at most."""

    instance: str = "ml.m5.large"
    count: int = Field(default=1, ge=1)
    volume_gb: int = Field(default=30, ge=1)
    runtime_seconds: int = Field(default=86_400, ge=1)
    spot: bool = False
    wait_seconds: int | None = Field(default=None, ge=1)


class MetricNames(Frozen):
    """The same error measured on each set, by the names the training job gives it."""

    train: str | None = None
    validation: str | None = None
    test: str | None = None


class DiagnosisSpec(Frozen):
    """What bias and variance are measured against."""

    human_error: float | None = Field(default=None, ge=0)
    baseline: float | None = Field(default=None, ge=0)
    metrics: MetricNames = MetricNames()


class Definition(Frozen):
    """One algorithm of a tuning job, with all it needs."""

    name: str | None = None
    algorithm: Algorithm
    objective: Objective
    hyperparameters: Mapping[str, Hyperparameter]
    metrics: Mapping[str, str] = Field(default_factory=dict)
    compute: Compute = Compute()
    environment: Mapping[str, str] = Field(default_factory=dict)

    @property
    def ranges(self) -> dict[str, Range]:
        return {name: value for name, value in self.hyperparameters.items() if isinstance(value, Range)}

    @property
    def static(self) -> dict[str, Scalar]:
        return {name: value for name, value in self.hyperparameters.items() if not isinstance(value, Range)}


class AlgorithmEntry(Frozen):
    """An item of `algorithms`: what it does not say, the spec's own keys say."""

    name: str
    algorithm: Algorithm
    hyperparameters: Mapping[str, Hyperparameter]
    objective: Objective | None = None
    metrics: Mapping[str, str] | None = None
    compute: Compute | None = None
    environment: Mapping[str, str] | None = None


def _job_name(value: str) -> str:
    if not is_job_name(value):
        raise mistake(
            f"{shown(value)} is not a job name: "
            "at most 32 letters, digits and hyphens, with a letter or digit at both ends",
            f"write name: {clean(value)[:32].strip('-') or 'my-model'}",
        )
    return value


def _early_stopping(value: object) -> object:
    # YAML 1.1 writers mean text when they write a bare `off`.
    return "off" if value is False else value


class TuningSpec(Frozen):
    """A tuning job: one algorithm (`algorithm`, `hyperparameters`) or several (`algorithms`)."""

    apiVersion: Literal["smtune/v1"] = "smtune/v1"  # noqa: N815  the key's spelling in the file
    name: Annotated[str, AfterValidator(_job_name)]
    algorithm: Algorithm | None = None
    objective: Objective | None = None
    metrics: Mapping[str, str] = Field(default_factory=dict)
    hyperparameters: Mapping[str, Hyperparameter] = Field(default_factory=dict)
    algorithms: Annotated[tuple[AlgorithmEntry, ...], Strict(False)] = ()
    strategy: Strategy = "bayesian"
    early_stopping: Annotated[Literal["off", "auto"], BeforeValidator(_early_stopping)] = "off"
    limits: Limits = Limits()
    seed: int | None = Field(default=None, ge=0)
    compute: Compute = Compute()
    environment: Mapping[str, str] = Field(default_factory=dict)
    data: Data | None = None
    diagnosis: DiagnosisSpec | None = None
    role: str | None = None
    output: str | None = None
    tags: Mapping[str, str] = Field(default_factory=dict)
    raw: Mapping[str, Any] = Field(default_factory=dict)
    """Exact request fields, merged last as a JSON merge patch (RFC 7396): null removes a field."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.algorithm is None) == (not self.algorithms):
            raise mistake(
                "give exactly one of algorithm and algorithms",
                "write algorithm: {builtin: xgboost, version: 1.7-1}",
            )
        if self.algorithms and self.hyperparameters:
            raise mistake("hyperparameters stand beside algorithms", "give each of the algorithms its own")
        if self.algorithm is not None and self.objective is None:
            raise mistake("objective is missing", "write objective: {maximize: validation:auc}")
        for entry in self.algorithms:
            if entry.objective is None and self.objective is None:
                raise mistake(f"algorithm {entry.name!r} has no objective", "give it one, or one for the whole spec")
        return self

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Every algorithm with all it needs: one for `algorithm`, several for `algorithms`."""
        if self.algorithm is not None and self.objective is not None:
            entry = AlgorithmEntry(name="", algorithm=self.algorithm, hyperparameters=self.hyperparameters)
            return (self._definition(entry),)
        return tuple(self._definition(entry) for entry in self.algorithms)

    def _definition(self, entry: AlgorithmEntry) -> Definition:
        objective = entry.objective or self.objective
        assert objective is not None  # noqa: S101  `_is_whole` refused such a spec
        return Definition(
            name=entry.name or None,
            algorithm=entry.algorithm,
            objective=objective,
            hyperparameters=entry.hyperparameters,
            metrics=self.metrics if entry.metrics is None else entry.metrics,
            compute=entry.compute or self.compute,
            environment=self.environment if entry.environment is None else entry.environment,
        )
